#if ONNX
import BranchyCompute
import BranchyNet

/// Which values the segments of a network hand on to one another.
struct SegmentFlow {
    /// What each segment reads that others write, or the caller, in the order of reading.
    let inputs: [[Program.Value]]
    /// What each segment writes that others read.
    let outputs: [[Program.Value]]
    /// What these values are called.
    let names: [Program.Value: String]

    /// - Parameters:
    ///   - image: what the caller writes, or where it `isPrepared` the first segment.
    ///   - exits: the logits that a segment gives to the caller, by segment.
    init(
        _ program: Program, image: Program.Port, isPrepared: Bool, exits: [Int: Program.Value]
    ) {
        var writers: [Program.Value: Int] = isPrepared ? [image.value: 0] : [:]
        for (index, segment) in program.segments.enumerated() {
            for result in segment.instructions.flatMap(\.results) { writers[result] = index }
        }
        let parameters = Set(program.parameters.map(\.value))
        let inputs = program.segments.enumerated().map { index, segment in
            var found: [Program.Value] = []
            let read = segment.instructions.flatMap(\.operands) + [exits[index]].compactMap(\.self)
            for value in read
            where !parameters.contains(value) && writers[value] != index && !found.contains(value) {
                found.append(value)
            }
            return found
        }
        var outputs: [[Program.Value]] = program.segments.map { _ in [] }
        var names = isPrepared ? [:] : [image.value: image.name]
        var count = 0
        for value in inputs.flatMap(\.self) where names[value] == nil {
            guard let writer = writers[value] else { continue }
            names[value] = "features\(count)"
            outputs[writer].append(value)
            count += 1
        }
        (self.inputs, self.outputs, self.names) = (inputs, outputs, names)
    }
}
#endif
