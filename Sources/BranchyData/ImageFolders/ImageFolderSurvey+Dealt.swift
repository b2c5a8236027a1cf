// Images that were dealt to a run before.
extension ImageFolderSurvey {
    /// Whether images of each class are dealt out to be tested on.
    private var isToBeDealt: Bool {
        !isDivided || folders[.test] == nil && folders[.validation] == nil
    }

    /// What a run that begins has to keep; `nil` where parts are what their folders say.
    ///
    /// - Throws: ``DatasetError`` where there is no class, or one without an image.
    package func dealt(seed: UInt64) throws -> DealtImages? {
        guard isToBeDealt else { return nil }
        let parts = try parts(seed: seed)
        return DealtImages(
            parts.train.map { entry(of: $0, isTest: false) }
                + parts.test.map { entry(of: $0, isTest: true) })
    }

    private func entry(of image: Image, isTest: Bool) -> DealtImages.Entry {
        DealtImages.Entry(path: image.path, isTest: isTest, image: key(of: image))
    }

    private func key(of image: Image) -> DealtImages.Image {
        .init(
            className: classNames[image.label], fingerprint: image.inspection.fingerprint)
    }

    /// What dealing as before comes to.
    package struct Redealing: Sendable {
        /// The same images in the same parts, and no other.
        package let survey: ImageFolderSurvey
        /// Images that were not there then.
        package let newCount: Int
        /// Those that are gone or changed, each with what became of it.
        package let lost: [Remark]
        /// How many images that were learnt from then are there.
        package let learntCount: Int
    }

    /// Finds the images of an earlier run, under whatever name they are in their class.
    package func redealt(as dealt: DealtImages) -> Redealing {
        var places = Dictionary(grouping: images.indices) { key(of: images[$0]) }
        var isUsed = [Bool](repeating: false, count: images.count)
        var (found, lost): ([(index: Int, isTest: Bool)], [DealtImages.Entry]) = ([], [])
        for entry in dealt.entries {
            guard let index = places[entry.image]?.popLast() else {
                lost.append(entry)
                continue
            }
            isUsed[index] = true
            found.append((index, entry.isTest))
        }
        return Redealing(
            survey: keeping(found), newCount: isUsed.count { !$0 }, lost: remarks(on: lost),
            learntCount: found.count { !$0.isTest })
    }

    /// Some of the images, in the parts that they are for.
    private func keeping(_ chosen: [(index: Int, isTest: Bool)]) -> ImageFolderSurvey {
        let names = Set(chosen.map { classNames[images[$0.index].label] }).sorted()
        let labels = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        var kept = self
        kept.images = chosen.sorted { $0.index < $1.index }.map { place, isTest in
            let image = images[place]
            return Image(
                path: image.path, part: isTest ? .test : .training,
                label: labels[classNames[image.label]] ?? 0, inspection: image.inspection)
        }
        (kept.classNames, kept.isDealt) = (names, true)
        // What nobody was to learn from may be damaged, or a class without images.
        (kept.damaged, kept.emptyClasses) = ([], [])
        return kept
    }

    private func remarks(on lost: [DealtImages.Entry]) -> [Remark] {
        guard !lost.isEmpty else { return [] }
        let reasons = Dictionary(
            damaged.map { ($0.path, $0.reason) }, uniquingKeysWith: { first, _ in first })
        let paths = Set(images.map(\.path))
        return lost.map { entry in
            Remark(
                path: entry.path,
                reason: reasons[entry.path]
                    ?? (paths.contains(entry.path) ? "is another file now" : "is gone"))
        }
    }
}
