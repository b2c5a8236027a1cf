/// Fashion-MNIST: 60,000 training and 10,000 test images of clothes, 28 by 28 gray pixels.
///
/// # References
/// Han Xiao, Kashif Rasul, Roland Vollgraf: *Fashion-MNIST: a Novel Image Dataset for Benchmarking
/// Machine Learning Algorithms*, 2017.
public enum FashionMNIST {
    /// `T-shirt/top` to `Ankle boot`.
    public static let classNames = [
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
        "Ankle boot",
    ]

    /// Both parts, from a folder of data: four files in `fashion-mnist` or, where torchvision puts
    /// them, in `FashionMNIST/raw`.
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
        labelling: IDXLabelling(name: "fashion-mnist", classNames: classNames),
        files: KnownDataset.fashionMNIST.files)
}
