internal import PostgresClient

extension Connection {
    /// Reads the rows of a statement as one JSON array, one row at a time.
    ///
    /// - Parameters:
    ///   - name: what the statement is called in errors.
    ///   - mayHaveBoth: whether a row may be columns or a payload.
    ///   - check: throws where the reading is to end; asked every thousand rows.
    ///   - send: receives the bytes in pieces.
    /// - Returns: size and digest of the rows.
    /// - Throws: `PostgresError`, `JobError` (78) where the columns are others, or the error of `check` or `send`.
    func readRows(
        _ statement: Statement, _ parameters: [any PostgresEncodable], name: String, mayHaveBoth: Bool = false,
        _ check: () throws -> Void,
        _ send: @escaping (UnsafeRawBufferPointer) throws -> Void
    ) throws -> ContentSummary {
        var writer: SQLRowWriter?
        try stream(statement, parameters) { columns in
            writer = SQLRowWriter(try RowColumns(columns, of: name, mayHaveBoth: mayHaveBoth), send: send)
        } _: { row in
            if writer?.rowCount.isMultiple(of: 1000) ?? false { try check() }
            try writer?.append(row)
        }
        guard let content = try writer?.finish() else {
            throw JobError(
                .configuration, "\(name) returns no rows: it is no query.",
                advice: "Write a select that returns id, score and industry.")
        }
        return content
    }
}
