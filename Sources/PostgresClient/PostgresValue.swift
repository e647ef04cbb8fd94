/// A Swift value that can be sent as a parameter, in PostgreSQL's text format.
public protocol PostgresEncodable {
    /// The value's text; nil for NULL.
    var postgresText: String? { get }
}

/// A Swift value that can be read from PostgreSQL's text format.
public protocol PostgresDecodable {
    /// Reads a value that is not NULL; nil where the text is none of this type.
    init?(postgresText: String)
}

extension String: PostgresEncodable, PostgresDecodable {
    /// The text itself.
    public var postgresText: String? { self }
    /// The text itself.
    public init?(postgresText: String) { self = postgresText }
}

extension Int: PostgresEncodable, PostgresDecodable {
    /// Decimal digits.
    public var postgresText: String? { String(self) }
    /// Reads decimal digits.
    public init?(postgresText: String) { self.init(postgresText) }
}

extension Double: PostgresEncodable, PostgresDecodable {
    /// The shortest text that reads back as the same value.
    public var postgresText: String? {
        if isNaN { return "NaN" }
        if isInfinite { return self < 0 ? "-Infinity" : "Infinity" }
        return description
    }
    /// Reads a decimal number, `NaN` or `Infinity`; exact to the last bit.
    public init?(postgresText: String) { self.init(postgresText) }
}

extension Bool: PostgresEncodable, PostgresDecodable {
    /// `t` or `f`.
    public var postgresText: String? { self ? "t" : "f" }
    /// Reads `t` or `f`.
    public init?(postgresText: String) {
        switch postgresText {
        case "t": self = true
        case "f": self = false
        default: return nil
        }
    }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    /// The wrapped value's text; nil for NULL.
    public var postgresText: String? { flatMap(\.postgresText) }
}
