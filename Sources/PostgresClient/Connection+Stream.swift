internal import CLibPQ

/// A column of a result that is read row by row.
public struct StreamedColumn: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// The OID of its type: 25 is `text`, 701 is `double precision`.
    public let type: UInt32

    /// Describes a column.
    public init(name: String, type: UInt32) { (self.name, self.type) = (name, type) }
}

/// One row of a result that is read row by row; valid only during the call that receives it.
public struct StreamedRow {
    private let result: OpaquePointer

    fileprivate init(_ result: OpaquePointer) { self.result = result }

    /// The text of a column, in UTF-8; nil for NULL.
    public subscript(column: Int) -> UnsafeRawBufferPointer? {
        let column = Int32(column)
        guard PQgetisnull(result, 0, column) == 0 else { return nil }
        return UnsafeRawBufferPointer(start: PQgetvalue(result, 0, column), count: Int(PQgetlength(result, 0, column)))
    }
}

extension Connection {
    /// Executes a statement and hands over its rows one by one, so that only one is in memory.
    ///
    /// Where `consume` throws, the statement is cancelled on the server, and the error is rethrown.
    ///
    /// - Parameters:
    ///   - statement: one that returns rows.
    ///   - parameters: values of `$1`, `$2`, …, in order.
    ///   - columns: receives the columns before the first row, also where there is none.
    ///   - consume: receives each row.
    /// - Throws: `PostgresError`, or the error of `columns` or `consume`.
    public func stream(
        _ statement: Statement, _ parameters: [any PostgresEncodable] = [],
        columns: ([StreamedColumn]) throws -> Void, _ consume: (StreamedRow) throws -> Void
    ) throws {
        let connection = try open()
        let values = CStringArray(parameters.map(\.postgresText))
        guard
            PQsendQueryParams(
                connection, statement.sql, Int32(parameters.count), nil, values.pointers, nil, nil, 0) == 1,
            PQsetSingleRowMode(connection) == 1
        else { throw connectionError(statement) }
        var isFirst = true
        do {
            while let result = try nextResult(statement) {
                let handle = try checked(result, statement)
                let status = PQresultStatus(handle.pointer)
                guard status == PGRES_SINGLE_TUPLE || status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK else {
                    // A COPY would give the same result for ever.
                    abandon()
                    throw PostgresError(
                        .unexpectedResult, message: "the statement returns no rows, it copies", statement: statement)
                }
                if isFirst {
                    isFirst = false
                    try columns(Self.columns(of: handle))
                }
                if status == PGRES_SINGLE_TUPLE { try consume(StreamedRow(handle.pointer)) }
            }
        } catch {
            // What is still to come is of no use; the connection is ready for the next statement.
            if pointer != nil {
                if !(error is PostgresError) { _ = try? makeCanceller().cancel() }
                _ = try? drain(statement)
            }
            throw error
        }
    }

    private static func columns(of handle: ResultHandle) -> [StreamedColumn] {
        (0..<PQnfields(handle.pointer)).map { column in
            StreamedColumn(
                name: PQfname(handle.pointer, column).map { String(cString: $0) } ?? "",
                type: PQftype(handle.pointer, column))
        }
    }
}
