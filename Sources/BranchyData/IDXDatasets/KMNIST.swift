/// Kuzushiji-MNIST: 60,000 training and 10,000 test images of ten hiragana in old cursive writing,
/// 28 by 28 gray pixels.
///
/// # References
/// Tarin Clanuwat and others: *Deep Learning for Classical Japanese Literature*, 2018.
public enum KMNIST {
    /// `o (お)` to `wo (を)`: how they are read, and what they look like today.
    public static let classNames = [
        "o (お)", "ki (き)", "su (す)", "tsu (つ)", "na (な)", "ha (は)", "ma (ま)", "ya (や)",
        "re (れ)", "wo (を)",
    ]

    /// Both parts, from a folder of data: four files in `kmnist` or, where torchvision puts them, in
    /// `KMNIST/raw`.
    ///
    /// - Throws: ``DatasetError`` of code `fileNotFound` with the paths that were tried,
    ///   `checksumMismatch` if a compressed file is not the published one, or what ``IDXFile``
    ///   throws.
    public static func load(
        from dataFolder: String
    ) throws -> (train: ImageDataset, test: ImageDataset) {
        try files.load(from: dataFolder)
    }

    static let files: PublishedIDX = .init(
        labelling: IDXLabelling(name: "kmnist", classNames: classNames),
        files: KnownDataset.kmnist.files)
}
