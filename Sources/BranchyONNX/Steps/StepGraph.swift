/// Steps in an order in which they can run, from one value to another.
struct StepGraph {
    /// The image.
    var input: ValueID
    /// Its sizes, the batch's 1 in front.
    var inputShape: [Int]
    var output: ValueID
    var steps: [Step]
    /// What the importer did to the file's nodes, for people.
    var notes: [String: Int] = [:]

    /// The sizes of a value.
    func shape(of id: ValueID) -> [Int] {
        steps.last { $0.output == id }?.shape ?? inputShape
    }
}
