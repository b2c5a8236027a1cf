import BranchyCompute
import BranchyData
import BranchyEvaluation
import BranchyNet
import TestSupport
import Testing

struct ExitRecordTests {
    /// The law that calibration rests on: what is replayed is what will be predicted.
    @Test(arguments: [2, 3], ExitScore.Kind.allCases)
    func replayEqualsPrediction(exitCount: Int, kind: ExitScore.Kind) throws {
        let score = kind.unfitted ?? SmallNetwork.fitted(kind, exitCount: exitCount)
        let sample = try SmallNetwork(exitCount: exitCount, seed: UInt64(exitCount))
        try expectReplay(of: sample, score, temperatures: nil)
        try expectReplay(
            of: sample, score, temperatures: ExitTemperatures(Array([2, 0.6, 5].prefix(exitCount))))
    }

    private func expectReplay(
        of sample: SmallNetwork, _ score: ExitScore, temperatures: ExitTemperatures?
    ) throws {
        let exitCount = sample.network.exitCount
        let record = try sample.record(seenBy: score, temperatures: temperatures)
        let vectors = sample.thresholds(count: 20, of: score, from: record, seed: 11)
        #expect(vectors.count == 20)
        var exits: Set<Int> = []
        for thresholds in vectors {
            let policy = ThresholdPolicy(score: score, thresholds: thresholds)
            let predictor = try sample.predictor(policy, temperatures: temperatures)
            for index in 0..<record.count {
                let prediction = try predictor.predict(sample.image(index))
                #expect(record.replay(policy, sample: index) == prediction.observation)
                exits.insert(prediction.exit)
            }
        }
        #expect(exits == Set(0..<exitCount))
    }

    @Test(arguments: [2, 3])
    func countsAreThoseOfPredictions(exitCount: Int) throws {
        let sample = try SmallNetwork(exitCount: exitCount, seed: 5)
        let record = try sample.record()
        for thresholds in sample.thresholds(count: 8, of: .entropy, from: record, seed: 2) {
            let policy = ThresholdPolicy(thresholds: thresholds)
            let predictor = try sample.predictor(policy)
            let predictions = try (0..<record.count).map { try predictor.predict(sample.image($0)) }
            let answers = Array(zip(predictions, record.labels))
            let counts = record.replay(policy)
            #expect(counts.samples == 40)
            for exit in 0..<exitCount {
                let left = answers.filter { $0.0.exit == exit }
                #expect(counts.exited[exit] == left.count)
                #expect(counts.correct[exit] == left.count { $0.0.predictedClass == $0.1 })
                let forced = (0..<record.count).count {
                    let observation = record[$0][$0 * exitCount + exit]
                    return observation.exit == exit
                        && observation.predictedClass == record.labels[$0]
                }
                #expect(counts.forcedCorrect[exit] == forced)
            }
        }
    }

    @Test func describesTheSplit() throws {
        let sample = try SmallNetwork(exitCount: 3, seed: 1)
        var seen: [Int] = []
        let record = try ExitRecord.record(
            sample.predictor(), on: sample.split, preprocessing: SmallNetwork.preprocessing
        ) { done, count in
            #expect(count == 40)
            seen.append(done)
        }
        #expect(seen == Array(1...40))
        #expect(record.exitCount == 3 && record.classCount == 3 && record.count == 40)
        #expect(record.labels == sample.dataset.labels.map(Int.init))
        #expect(record.dataset == "noise" && record.dataChecksum == sample.dataset.checksum)
    }

    /// The policy of the predictor that records decides nothing: all exits are seen.
    @Test func thePolicyIsNotAskedWhileRecording() throws {
        let sample = try SmallNetwork(exitCount: 3, seed: 1)
        let eager = ThresholdPolicy(thresholds: [.infinity, .infinity])
        let record = try ExitRecord.record(
            sample.predictor(eager), on: sample.split,
            preprocessing: SmallNetwork.preprocessing)
        let expected = try sample.record()
        for index in 0..<record.count { #expect(record[index] == expected[index]) }
    }

    @Test func labelsChangeNoExit() throws {
        let sample = try SmallNetwork(exitCount: 3, seed: 3)
        let record = try sample.record()
        var generator = SeededGenerator(seed: 4)
        let labels = sample.dataset.labels.shuffled(using: &generator)
        #expect(labels != sample.dataset.labels)
        let relabelled = try ExitRecord.record(
            sample.predictor(),
            on: CalibrationSplit(
                ImageDataset(
                    name: "noise", imageShape: [1, 4, 4], classNames: sample.dataset.classNames,
                    pixels: (0..<sample.dataset.count).flatMap {
                        try sample.dataset.pixels(at: $0)
                    },
                    wideLabels: labels)),
            preprocessing: SmallNetwork.preprocessing)
        #expect(relabelled.labels != record.labels)
        for thresholds in sample.thresholds(count: 20, of: .entropy, from: record, seed: 5) {
            let policy = ThresholdPolicy(thresholds: thresholds)
            for index in 0..<record.count {
                let replayed = relabelled.replay(policy, sample: index)
                #expect(replayed == record.replay(policy, sample: index))
            }
            #expect(relabelled.replay(policy).exited == record.replay(policy).exited)
        }
    }

    @Test func aSplitMayBeEmpty() throws {
        let sample = try SmallNetwork(exitCount: 2, imageCount: 0, seed: 1)
        let record = try sample.record()
        #expect(record.count == 0 && record.labels.isEmpty && record.exitCount == 2)
        let counts = record.replay(ThresholdPolicy(thresholds: [0.5]))
        #expect(counts.samples == 0)
        #expect(counts.accuracy == nil && counts.meanCost([1, 2]) == nil)
        #expect(counts.exitRates == [0, 0])
        #expect(counts.exitedAccuracy == [nil, nil] && counts.forcedAccuracy == [nil, nil])
    }

    @Test func aNetworkWithOneExitIsRecorded() throws {
        let sample = try SmallNetwork(exitCount: 1, seed: 1)
        let record = try sample.record()
        let counts = record.replay(ThresholdPolicy(thresholds: []))
        #expect(counts.exited == [40])
        #expect(counts.correct == counts.forcedCorrect)
    }

    @Test func imagesThatDoNotFitAreRefused() throws {
        let sample = try SmallNetwork(exitCount: 2, seed: 1)
        let wide = try ImageDataset(
            name: "wide", imageShape: [1, 4, 5], classNames: sample.dataset.classNames,
            pixels: Array(repeating: 0, count: 20), labels: [0])
        let binary = try ImageDataset(
            name: "binary", imageShape: [1, 4, 4], classNames: ["no", "yes"],
            pixels: Array(repeating: 0, count: 16), labels: [0])
        let predictor = try sample.predictor()
        for dataset in [wide, binary] {
            let error = #expect(throws: NetworkError.self) {
                try ExitRecord.record(
                    predictor, on: CalibrationSplit(dataset),
                    preprocessing: SmallNetwork.preprocessing)
            }
            #expect(error?.description.contains(dataset.name) == true)
        }
        #expect(throws: DatasetError.self) {
            try ExitRecord.record(
                predictor, on: sample.split,
                preprocessing: Preprocessing(mean: [0, 0], standardDeviation: [1, 1]))
        }
    }
}
