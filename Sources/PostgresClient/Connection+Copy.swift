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
        try startCopy(statement, as: PGRES_COPY_IN)
        let connection = try open()
        do {
            try produce { data in
                guard let base = data.baseAddress, data.count > 0 else { return }
                let bytes = base.assumingMemoryBound(to: CChar.self)
                if PQputCopyData(connection, bytes, Int32(data.count)) != 1 { throw connectionError(statement) }
                // libpq would keep all that the server has not taken yet.
                try flush(statement)
            }
        } catch let failure {
            guard pointer != nil else { throw failure }
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
        try startCopy(statement, as: PGRES_COPY_OUT)
        let connection = try open()
        var buffer: UnsafeMutablePointer<CChar>?
        while true {
            let length = PQgetCopyData(connection, &buffer, 1)
            if length == 0 {
                try waitForInput(statement)
                continue
            }
            guard length > 0, let bytes = buffer else {
                // -1 is the end; after -2, an error, the results say which.
                let count = try drain(statement)
                if length == -2 { throw connectionError(statement) }
                return count
            }
            defer { PQfreemem(bytes) }
            try consume(UnsafeRawBufferPointer(start: bytes, count: Int(length)))
        }
    }

    /// Begins a COPY; where the server refuses it, the connection is ready for the next statement.
    private func startCopy(_ statement: Statement, as status: ExecStatusType) throws {
        guard PQsendQuery(try open(), statement.sql) == 1 else { throw connectionError(statement) }
        let start = Result { try checked(try nextResult(statement), statement) }
        if case .success(let handle) = start, PQresultStatus(handle.pointer) == status { return }
        _ = try? drain(statement)
        _ = try start.get()
        let direction = status == PGRES_COPY_IN ? "FROM STDIN" : "TO STDOUT"
        throw PostgresError(.unexpectedResult, message: "the statement is no COPY \(direction)", statement: statement)
    }
}
