internal import CLibPQ

/// Owns one `PGresult` and clears it exactly once.
final class ResultHandle {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }
    deinit { PQclear(pointer) }
}

/// The rows of a result, all in memory.
public struct Rows: RandomAccessCollection {
    let handle: ResultHandle

    /// Always 0.
    public var startIndex: Int { 0 }
    /// The number of rows.
    public var endIndex: Int { Int(PQntuples(handle.pointer)) }
    /// The row at a position, from 0.
    public subscript(position: Int) -> Row { Row(handle: handle, index: Int32(position)) }

    /// How many rows the command inserted, updated, deleted or returned; 0 where it has no such count.
    public var affectedCount: Int { Int(String(cString: PQcmdTuples(handle.pointer))) ?? 0 }
    /// The command's tag, for instance `COMMIT`.
    public var commandTag: String { String(cString: PQcmdStatus(handle.pointer)) }
}

/// One row of a result, read by column name and type.
public struct Row {
    let handle: ResultHandle
    let index: Int32

    /// Reads a column that is never NULL.
    ///
    /// - Throws: `PostgresError` of kind `unexpectedResult` where the column is missing, NULL or of another type.
    public func get<Value: PostgresDecodable>(_ column: String, as type: Value.Type = Value.self) throws -> Value {
        guard let value = try getOptional(column, as: type) else {
            throw PostgresError(.unexpectedResult, message: "column \(column) is NULL where a value was expected")
        }
        return value
    }

    /// Reads a column that may be NULL.
    ///
    /// - Throws: `PostgresError` of kind `unexpectedResult` where the column is missing or of another type.
    public func getOptional<Value: PostgresDecodable>(
        _ column: String, as type: Value.Type = Value.self
    ) throws -> Value? {
        let number = PQfnumber(handle.pointer, column)
        guard number >= 0 else {
            throw PostgresError(.unexpectedResult, message: "the result has no column \(column)")
        }
        guard PQgetisnull(handle.pointer, index, number) == 0 else { return nil }
        guard let value = Value(postgresText: String(cString: PQgetvalue(handle.pointer, index, number))) else {
            throw PostgresError(.unexpectedResult, message: "column \(column) does not hold a value of type \(type)")
        }
        return value
    }
}
