internal import PostgresClient

/// Where the parts of a raw row stand among the columns of a result.
struct RowColumns: Sendable, Hashable {
    /// How a column's text becomes a JSON value.
    enum Encoding: Sendable, Hashable {
        /// A JSON string.
        case string
        /// A JSON number where the text is one, else a JSON string.
        case number
        /// The text is JSON already.
        case json
        /// `t` or `f`.
        case boolean
    }

    /// One part of a raw row.
    struct Part: Sendable, Hashable {
        let key: String
        let column: Int
        let encoding: Encoding
    }

    /// The parts, in the order in which they are written.
    let parts: [Part]
    /// The column that holds a whole raw row; where it is not NULL it stands alone.
    let payload: Int?

    /// Finds `id`, `score` and `industry`, or `payload`, among the columns; others are ignored.
    ///
    /// - Parameters:
    ///   - columns: of the result.
    ///   - name: what the statement is called in errors.
    ///   - mayHaveBoth: whether a row may be in the one form or the other, as in the inbox.
    /// - Throws: `JobError` (78) where they are missing, twice there, or a payload is no JSON.
    init(_ columns: [StreamedColumn], of name: String, mayHaveBoth: Bool = false) throws {
        func position(_ key: String) throws -> Int? {
            let found = columns.indices.filter { columns[$0].name == key }
            guard found.count < 2 else {
                throw JobError(
                    .configuration, "\(name) returns \(found.count) columns called \(key).",
                    advice: "Name each column once; select * of a join is the usual cause.")
            }
            return found.first
        }
        payload = try position("payload")
        if let payload, !Self.jsonTypes.contains(columns[payload].type) {
            throw JobError(
                .configuration, "\(name) returns a column payload that is not of type json or jsonb.",
                advice: "Cast it: payload::json.")
        }
        parts = try ["id", "score", "industry"].compactMap { key in
            try position(key).map { Part(key: key, column: $0, encoding: Self.encoding(columns[$0].type, key)) }
        }
        guard payload == nil || parts.isEmpty || mayHaveBoth else {
            throw JobError(
                .configuration,
                "\(name) returns payload and \(parts.map(\.key).joined(separator: ", ")): two forms of a row.",
                advice: "Return id, score and industry, or payload alone; give a column that is neither another name.")
        }
        guard parts.count == 3 || (payload != nil && parts.isEmpty) else {
            let found = columns.map(\.name).joined(separator: ", ")
            throw JobError(
                .configuration,
                "\(name) returns the columns \(found); it must return id, score and industry, or payload.",
                advice: "Rename columns with AS; others beside them are ignored.")
        }
    }

    private static let jsonTypes: Set<UInt32> = [114, 3802]
    private static let booleanType: UInt32 = 16
    /// bigint, smallint, integer, real, double precision, numeric.
    private static let numberTypes: Set<UInt32> = [20, 21, 23, 700, 701, 1700]

    private static func encoding(_ type: UInt32, _ key: String) -> Encoding {
        if jsonTypes.contains(type) { return .json }
        if type == booleanType { return .boolean }
        return key == "score" || numberTypes.contains(type) ? .number : .string
    }
}
