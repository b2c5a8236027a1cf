import BranchyCompute

/// The place of a value inside another, which channels put one behind the other make up.
struct JoinPlace: Hashable {
    /// The concatenation's result.
    let joined: Program.Value
    /// The channel of it that the value's first one is.
    let firstChannel: Int
}

extension Program {
    /// The values that can be written where a concatenation wants them: those in blocks whose first
    /// channel is the first of a block there, too.
    func joinPlaces(blocked: Set<Value>) -> [Value: JoinPlace] {
        var places: [Value: JoinPlace] = [:]
        for instruction in segments.flatMap(\.instructions) {
            guard case .concatenate = instruction.operation,
                blocked.contains(instruction.results[0])
            else { continue }
            var channel = 0
            for operand in instruction.operands {
                if blocked.contains(operand), places[operand] == nil,
                    channel.isMultiple(of: Layout.block)
                {
                    places[operand] = JoinPlace(
                        joined: instruction.results[0], firstChannel: channel)
                }
                channel += type(of: operand).shape[0]
            }
        }
        return places
    }
}
