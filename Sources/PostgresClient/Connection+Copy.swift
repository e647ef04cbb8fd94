internal import CLibPQ

extension Connection {
    /// Streams data to the server with `COPY … FROM STDIN`.
    ///
    /// Sending blocks while the server is not ready to take more, so memory does not grow. Where `produce`
    /// throws, the COPY is ended as failed and its error is rethrown.
    ///
    /// - Parameter produce: calls the function it is given with each piece of data.
    /// - Returns: the number of rows copied.
    /// - Throws: `PostgresError`, or the error of `produce`.
    @discardableResult
    public func copyIn(
        _ statement: Statement, _ produce: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) throws -> Int {
        let connection = try open()
        let start = try checked(PQexec(connection, statement.sql), statement)
        guard PQresultStatus(start.pointer) == PGRES_COPY_IN else {
            throw PostgresError(.unexpectedResult, message: "the statement is no COPY FROM STDIN", statement: statement)
        }
        do {
            try produce { data in
                guard let base = data.baseAddress, data.count > 0 else { return }
                let bytes = base.assumingMemoryBound(to: CChar.self)
                if PQputCopyData(connection, bytes, Int32(data.count)) != 1 { throw connectionError(statement) }
            }
        } catch let failure {
            _ = PQputCopyEnd(connection, "the sender gave up")
            // What the server says explains a broken connection or a refused row better than the sender can.
            let answer = Result { try drain(statement) }
            if failure is PostgresError, case .failure(let explanation) = answer { throw explanation }
            throw failure
        }
        guard PQputCopyEnd(connection, nil) == 1 else {
            try drain(statement)
            throw connectionError(statement)
        }
        return try drain(statement)
    }

    /// Streams data from the server with `COPY … TO STDOUT`.
    ///
    /// - Parameter consume: receives the data row by row; valid only during the call.
    /// - Returns: the number of rows copied.
    /// - Throws: `PostgresError`, or the error of `consume`, after which the connection must be closed.
    @discardableResult
    public func copyOut(_ statement: Statement, _ consume: (UnsafeRawBufferPointer) throws -> Void) throws -> Int {
        let connection = try open()
        let start = try checked(PQexec(connection, statement.sql), statement)
        guard PQresultStatus(start.pointer) == PGRES_COPY_OUT else {
            throw PostgresError(.unexpectedResult, message: "the statement is no COPY TO STDOUT", statement: statement)
        }
        var buffer: UnsafeMutablePointer<CChar>?
        while true {
            let length = PQgetCopyData(connection, &buffer, 0)
            guard length > 0, let bytes = buffer else {
                if length == -2 { throw connectionError(statement) }
                return try drain(statement)
            }
            defer { PQfreemem(bytes) }
            try consume(UnsafeRawBufferPointer(start: bytes, count: Int(length)))
        }
    }

    /// Takes all results that are still to come; returns the row count of the last, or throws the first error.
    @discardableResult
    private func drain(_ statement: Statement) throws -> Int {
        let connection = try open()
        var firstError: (any Error)?
        var count = 0
        while let result = PQgetResult(connection) {
            do {
                count = Rows(handle: try checked(result, statement)).affectedCount
            } catch {
                firstError = firstError ?? error
                if PQstatus(connection) != CONNECTION_OK { break }
            }
        }
        if let firstError { throw firstError }
        return count
    }
}
