// Lists, tuples, dictionaries, and NumPy's array of bytes.

extension PickleMachine {
    mutating func gather(_ opcode: PickleOpcode) throws {
        switch opcode {
        case .emptyList:
            objects.lists.append([])
            stack.append(.list(objects.lists.count - 1))
        case .emptyDictionary:
            objects.dictionaries.append([:])
            stack.append(.dictionary(objects.dictionaries.count - 1))
        case .append: try append([pop()])
        case .appendAll: try append(popMarked())
        case .setItem: try set(pop(2))
        case .setItems: try set(popMarked())
        case .tuple: try makeTuple(popMarked())
        case .tuple1: try makeTuple(pop(1))
        case .tuple2: try makeTuple(pop(2))
        case .tuple3: try makeTuple(pop(3))
        default: try makeTuple([])
        }
    }

    private mutating func append(_ values: [PickleValue]) throws {
        let target = try last()
        guard case .list(let index) = target else {
            throw refusal("adds to something else", expected: "a list", found: target.kind)
        }
        for value in values {
            switch value {
            case .integer, .bytes: objects.lists[index].append(value)
            default:
                throw refusal(
                    "puts something else into a list", expected: "numbers and texts",
                    found: value.kind)
            }
        }
    }

    private mutating func set(_ values: [PickleValue]) throws {
        let target = try last()
        guard case .dictionary(let index) = target else {
            throw refusal("adds to something else", expected: "a dictionary", found: target.kind)
        }
        guard values.count.isMultiple(of: 2) else { throw refusal("has a key without a value") }
        for place in stride(from: 0, to: values.count, by: 2) {
            let key = try key(values[place])
            let value = values[place + 1]
            if case .dictionary = value {
                throw refusal(
                    "puts a dictionary into one", expected: "lists, numbers, texts and arrays",
                    found: value.kind)
            }
            guard objects.dictionaries[index].updateValue(value, forKey: key) == nil else {
                throw refusal("has the key '\(key)' twice")
            }
        }
    }

    private func key(_ value: PickleValue) throws -> String {
        guard case .bytes(let range) = value, range.count <= 64 else {
            throw refusal(
                "has another key", expected: "a text of at most 64 bytes", found: value.kind)
        }
        return FileName(reader.contents[range]).text
    }

    private mutating func makeTuple(_ values: [PickleValue]) throws {
        for value in values {
            switch value {
            case .list, .dictionary:
                throw refusal(
                    "puts something else into a tuple", expected: "numbers, texts and tuples",
                    found: value.kind)
            case .tuple(let index): try checkIsFlat(objects.tuples[index])
            default: continue
            }
        }
        objects.tuples.append(values)
        stack.append(.tuple(objects.tuples.count - 1))
    }

    private func checkIsFlat(_ tuple: [PickleValue]) throws {
        for case .tuple in tuple {
            throw refusal("nests tuples", expected: "tuples in a tuple at most")
        }
    }
}

// MARK: - Arrays

extension PickleMachine {
    private func items(of value: PickleValue) throws -> [PickleValue] {
        guard case .tuple(let index) = value else {
            throw refusal("lacks its arguments", expected: "a tuple", found: value.kind)
        }
        return objects.tuples[index]
    }

    /// What would be a call: of the two functions by which an array and its type begin.
    mutating func reduce() throws {
        let arguments = try items(of: pop())
        switch try pop() {
        case .name(.reconstruct):
            guard arguments.first == .name(.array) else {
                throw refusal(
                    "makes something else", expected: PickleName.array.rawValue,
                    found: arguments.first?.kind)
            }
            objects.arrays.append(PickleArray())
            stack.append(.array(objects.arrays.count - 1))
        case .name(.type):
            guard case .bytes(let range)? = arguments.first,
                reader.contents[range].elementsEqual("u1".utf8)
            else {
                throw refusal("makes an array of something else", expected: "bytes (u1)")
            }
            stack.append(.byteType)
        case let other: throw refusal("calls \(other.kind)", expected: "an array or its type")
        }
    }

    /// Fills in what was begun: of a type nothing that matters for bytes, of an array everything.
    mutating func build() throws {
        let state = try items(of: pop())
        switch try last() {
        case .byteType: return
        case .array(let index): objects.arrays[index] = try array(of: state)
        case let other:
            throw refusal("fills in \(other.kind)", expected: "an array or its type")
        }
    }

    /// The state of an array: version, sizes, type, whether columns come first, bytes.
    private func array(of state: [PickleValue]) throws -> PickleArray {
        guard state.count == 5, state[2] == .byteType, state[3].number == 0,
            case .bytes(let bytes) = state[4]
        else {
            throw refusal(
                "describes another array", expected: "version, sizes, type, False and bytes",
                found: state.map(\.kind).joined(separator: ", "))
        }
        let dimensions = try items(of: state[1]).map { size in
            guard case .integer(let number) = size, number >= 0 else {
                throw refusal("has another size", expected: "a number", found: size.kind)
            }
            return number
        }
        guard product(of: dimensions) == bytes.count else {
            let sizes = dimensions.map(String.init).joined(separator: "x")
            throw refusal(
                "has other bytes than its sizes say", expected: "\(sizes) bytes",
                found: "\(bytes.count)")
        }
        return PickleArray(dimensions: dimensions, bytes: bytes)
    }

    private func product(of dimensions: [Int]) -> Int? {
        dimensions.reduce(1 as Int?) { product, size in
            guard let product else { return nil }
            let (result, isTooLarge) = product.multipliedReportingOverflow(by: size)
            return isTooLarge ? nil : result
        }
    }
}
