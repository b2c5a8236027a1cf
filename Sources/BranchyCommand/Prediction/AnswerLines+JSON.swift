import BranchyNet

extension AnswerLines {
    /// Keys stand in alphabetical order.
    mutating func appendObject(_ answer: Answer) {
        append("{\"certification\":", certification)
        append(",\"class\":", answer.predictedClass)
        append(",\"className\":", classes[answer.predictedClass].json)
        append(",\"entropy\":", answer.entropy)
        append(",\"exit\":", answer.exit)
        append(",\"exitName\":", exits[answer.exit].json)
        append(",\"file\":", file)
        append(answer.isFinite ? ",\"finite\":true" : ",\"finite\":false", [])
        append(",\"image\":", answer.image)
        append(",\"latencyMicroseconds\":", answer.latencyMicroseconds)
        append(",\"probability\":", answer.probability)
        appendTop(answer.top)
        if style.judges {
            append(answer.isUnsure ? ",\"unsure\":true" : ",\"unsure\":false", [])
        }
        append("}", [])
    }

    /// What one exit says, of an image and a file that are named once for all of them.
    mutating func appendExit(_ answer: Answer) {
        append("{\"class\":", answer.predictedClass)
        append(",\"className\":", classes[answer.predictedClass].json)
        append(",\"entropy\":", answer.entropy)
        append(",\"exit\":", answer.exit)
        append(",\"exitName\":", exits[answer.exit].json)
        append(answer.isFinite ? ",\"finite\":true" : ",\"finite\":false", [])
        append(",\"logits\":[", [])
        for (place, logit) in answer.logits.enumerated() {
            append(place == 0 ? "" : ",", logit)
        }
        append("],\"probability\":", answer.probability)
        appendTop(answer.top)
        append("}", [])
    }

    private mutating func appendTop(_ top: [ClassProbability]) {
        append(",\"top\":[", [])
        for (place, candidate) in top.enumerated() {
            append(place == 0 ? "{\"class\":" : ",{\"class\":", candidate.index)
            append(",\"className\":", classes[candidate.index].json)
            append(",\"probability\":", candidate.probability)
            append("}", [])
        }
        append("]", [])
    }

    mutating func append(_ key: StaticString, _ value: [UInt8]) {
        // Safety: the bytes of a literal last as long as the program.
        bytes.append(
            contentsOf: UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount))
        bytes.append(contentsOf: value)
    }

    mutating func append(_ key: StaticString, _ number: Int) {
        append(key, [])
        bytes.append(decimal: number.magnitude)
    }

    private mutating func append(
        _ key: StaticString, _ number: some BinaryFloatingPoint & CustomStringConvertible
    ) {
        append(key, [])
        bytes.append(json: number)
    }
}
