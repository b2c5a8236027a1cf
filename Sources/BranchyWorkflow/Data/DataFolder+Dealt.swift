import BranchyData

extension DataFolder {
    /// The images that the run dealt out when it began, in the parts that they had: whatever came
    /// since could else push images to the test that were learnt from.
    func redealt(
        _ survey: ImageFolderSurvey, _ observer: WorkflowObserver
    ) throws -> ImageFolderSurvey {
        guard let run, let dealt = try DealtImages(ofRun: run) else { return survey }
        let redealing = survey.redealt(as: dealt)
        guard redealing.lost.isEmpty else {
            guard asked != nil else { throw Self.lossError(redealing.lost, of: survey, run) }
            if redealing.learntCount > 0 {
                observer.tell(
                    .note(
                        "note: \(survey.path) has \(Format.grouped(redealing.learntCount)) images that "
                            + "\(run) learnt from, and lacks others: results on it may be better than "
                            + "on images that are new to the model"))
            }
            return survey
        }
        if redealing.newCount > 0 {
            observer.tell(
                .note(
                    "note: \(survey.path) has \(Format.grouped(redealing.newCount)) images that are "
                        + "new since \(run) began to train, and not used"))
        }
        return redealing.survey
    }

    private static func lossError(
        _ lost: [ImageFolderSurvey.Remark], of survey: ImageFolderSurvey, _ run: String
    ) -> DatasetError {
        let named = lost.prefix(5).map { "\($0.path) \($0.reason)" }.joined(separator: "; ")
        let rest = lost.count > 5 ? " and \(lost.count - 5) more" : ""
        return DatasetError(
            .checksumMismatch,
            "\(survey.path): \(lost.count) of the images that \(run) was trained and is tested on are "
                + "not as they were: \(named)\(rest). Put them back, or pass --dataset to take the images "
                + "that are there, of which some were then learnt from")
    }
}
