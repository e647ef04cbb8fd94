/// A field of a raw row, read by a reader that was written without a look at the job's.
public struct JudgedField: Hashable, Sendable {
    /// `string`, `number`, `other`, `null` or `missing`.
    public let type: String
    /// UTF-8 of a string's unescaped text, or the original text of what is no string; nil where there is none, or where
    /// no PostgreSQL text can hold it.
    public let text: [UInt8]?

    static let missing = JudgedField(type: "missing", text: nil)

    private init(type: String, text: [UInt8]?) {
        self.type = type
        self.text = text
    }

    /// Reads a valid JSON value.
    init(_ json: ArraySlice<UInt8>) {
        switch json.first.map(Unicode.Scalar.init) {
        case "\"": self.init(type: "string", text: Self.unescaped(json))
        case "n": self.init(type: "null", text: nil)
        case "t", "f", "{", "[": self.init(type: "other", text: Array(json))
        default: self.init(type: "number", text: Array(json))
        }
    }

    /// The text of a valid string with its quotes, by way of UTF-16; nil where it holds U+0000 or half a pair.
    static func unescaped(_ json: ArraySlice<UInt8>) -> [UInt8]? {
        var units: [UInt16] = []
        var rest = json.dropFirst().dropLast()
        while let byte = rest.first {
            guard byte == UInt8(ascii: "\\") else {
                let plain = rest.prefix { $0 != UInt8(ascii: "\\") }
                units += Array(String(decoding: plain, as: UTF8.self).utf16)
                rest = rest.dropFirst(plain.count)
                continue
            }
            let letter = rest[rest.startIndex + 1]
            if letter == UInt8(ascii: "u") {
                units.append(UInt16(String(decoding: rest.dropFirst(2).prefix(4), as: UTF8.self), radix: 16) ?? 0)
                rest = rest.dropFirst(6)
            } else {
                let meaning: [Unicode.Scalar: UInt16] = ["b": 8, "f": 12, "n": 10, "r": 13, "t": 9]
                units.append(meaning[Unicode.Scalar(letter)] ?? UInt16(letter))
                rest = rest.dropFirst(2)
            }
        }
        if units.contains(0) { return nil }
        return String(validating: units, as: UTF16.self).map { Array($0.utf8) }
    }
}

/// The fields of a raw row; of a key given twice the last counts.
public struct JudgedRow: Hashable, Sendable {
    /// The row's bytes.
    public let json: [UInt8]
    /// Whether it is an object; what is none has no fields.
    public let isObject: Bool
    /// The id.
    public private(set) var id = JudgedField.missing
    /// The score.
    public private(set) var score = JudgedField.missing
    /// The label of the industry.
    public private(set) var industry = JudgedField.missing

    /// Reads a row that is one valid JSON value.
    public init(_ json: [UInt8]) {
        self.json = json
        let members = StrictJSON.members(of: json[...])
        isObject = members != nil
        for (key, value) in members ?? [] {
            switch JudgedField.unescaped(key) {
            case Array("id".utf8): id = JudgedField(value)
            case Array("score".utf8): score = JudgedField(value)
            case Array("industry".utf8): industry = JudgedField(value)
            default: continue
            }
        }
    }

    /// The double nearest to the score, zero without a sign; nil where it is no number or beyond a double.
    public var scoreValue: Double? {
        guard score.type == "number", let text = score.text, let value = Double(String(decoding: text, as: UTF8.self)),
            value.isFinite
        else { return nil }
        return value == 0 ? 0 : value
    }
}
