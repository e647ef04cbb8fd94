public import ETLCore

/// A small strict JSON validator, written without a look at the one it is compared with.
public struct StrictJSON {
    private let bytes: ArraySlice<UInt8>
    private var at: Int
    /// Where the elements of the outermost array, or the members of the outermost object, stand.
    private var elements: [Range<Int>] = []

    /// Where the rows of a file stand; nil if it is not valid.
    public static func rows(of file: [UInt8], _ format: BatchFormat) -> [Range<Int>]? {
        let text = file.starts(with: [0xEF, 0xBB, 0xBF]) ? file.dropFirst(3) : file[...]
        if text.isEmpty { return nil }
        switch format {
        case .jsonArray:
            var json = StrictJSON(text)
            json.space()
            guard json.peek == UInt8(ascii: "["), json.onlyValue() != nil else { return nil }
            return json.elements
        case .jsonLines:
            var rows: [Range<Int>] = []
            for line in text.split(separator: UInt8(ascii: "\n")) {
                var json = StrictJSON(line)
                json.space()
                if json.peek == nil { continue }
                guard let row = json.onlyValue() else { return nil }
                rows.append(row)
            }
            return rows
        }
    }

    /// The members of an object, in order; nil if the text is not one valid object.
    static func members(of text: ArraySlice<UInt8>) -> [(key: ArraySlice<UInt8>, value: ArraySlice<UInt8>)]? {
        var json = StrictJSON(text)
        guard json.peek == UInt8(ascii: "{"), json.onlyValue() != nil else { return nil }
        return json.elements.map { place in
            var member = StrictJSON(text[place])
            _ = member.string()
            let key = text[place.lowerBound..<member.at]
            member.space()
            _ = member.take(":")
            member.space()
            return (key, text[member.at..<place.upperBound])
        }
    }

    private init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        at = bytes.startIndex
    }

    private var peek: UInt8? { at < bytes.endIndex ? bytes[at] : nil }

    private mutating func take(_ wanted: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: wanted) else { return false }
        at += 1
        return true
    }

    private mutating func take(_ range: ClosedRange<UInt8>) -> Bool {
        guard let byte = peek, range.contains(byte) else { return false }
        at += 1
        return true
    }

    private mutating func space() {
        while take(" ") || take("\n") || take("\r") || take("\t") {}
    }

    private mutating func onlyValue() -> Range<Int>? {
        let start = at
        guard value(outermost: true) else { return nil }
        let end = at
        space()
        return peek == nil ? start..<end : nil
    }

    private mutating func value(outermost: Bool = false) -> Bool {
        switch peek.map(Unicode.Scalar.init) {
        case "[": list(until: "]", elementsKept: outermost) { $0.value() }
        case "{": list(until: "}", elementsKept: outermost) { $0.member() }
        case "\"": string()
        case "t": word("true")
        case "f": word("false")
        case "n": word("null")
        default: number()
        }
    }

    private mutating func list(
        until end: Unicode.Scalar, elementsKept: Bool, element: (inout StrictJSON) -> Bool
    ) -> Bool {
        at += 1
        space()
        if take(end) { return true }
        repeat {
            space()
            let start = at
            guard element(&self) else { return false }
            if elementsKept { elements.append(start..<at) }
            space()
        } while take(",")
        return take(end)
    }

    private mutating func member() -> Bool {
        guard string() else { return false }
        space()
        guard take(":") else { return false }
        space()
        return value()
    }

    private mutating func word(_ word: String) -> Bool {
        word.unicodeScalars.allSatisfy { take($0) }
    }

    private mutating func digits() -> Bool {
        guard take(0x30...0x39) else { return false }
        while take(0x30...0x39) {}
        return true
    }

    private mutating func number() -> Bool {
        _ = take("-")
        if !take("0") { guard digits() else { return false } }
        if take(".") { guard digits() else { return false } }
        if take("e") || take("E") {
            _ = take("+") || take("-")
            return digits()
        }
        return true
    }

    private mutating func string() -> Bool {
        guard take("\"") else { return false }
        let start = at
        while let byte = peek, byte != UInt8(ascii: "\""), byte >= 0x20 {
            at += 1
            if byte == UInt8(ascii: "\\"), !escape() { return false }
        }
        return String(validating: bytes[start..<at], as: UTF8.self) != nil && take("\"")
    }

    private mutating func escape() -> Bool {
        guard let byte = peek else { return false }
        at += 1
        if byte != UInt8(ascii: "u") { return Array("\"\\/bfnrt".utf8).contains(byte) }
        return (0..<4).allSatisfy { _ in take(0x30...0x39) || take(0x41...0x46) || take(0x61...0x66) }
    }
}
