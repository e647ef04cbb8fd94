internal import CLibPQ

/// A statement with the values of its parameters.
public struct Call {
    /// The statement.
    public let statement: Statement
    /// Values of `$1`, `$2`, …, in order.
    public let parameters: [any PostgresEncodable]

    /// Makes a call.
    public init(_ statement: Statement, _ parameters: [any PostgresEncodable] = []) {
        self.statement = statement
        self.parameters = parameters
    }
}

extension Connection {
    /// Executes several statements in one round trip to the server.
    ///
    /// They run one after the other, each seeing what those before it did; after a failure none of the rest is run.
    ///
    /// - Returns: the rows of each statement, in order.
    /// - Throws: the `PostgresError` of the statement that failed.
    @discardableResult
    public func executeAll(_ calls: [Call]) throws -> [Rows] {
        let connection = try open()
        guard let first = calls.first else { return [] }
        guard PQenterPipelineMode(connection) == 1 else { throw connectionError(first.statement) }
        for call in calls {
            let values = CStringArray(call.parameters.map(\.postgresText))
            guard
                PQsendQueryParams(
                    connection, call.statement.sql, Int32(call.parameters.count), nil, values.pointers, nil, nil, 0)
                    == 1
            else { throw connectionError(call.statement) }
        }
        guard PQpipelineSync(connection) == 1 else { throw connectionError(first.statement) }

        var rows: [Rows] = []
        var firstError: (any Error)?
        for call in calls {
            do {
                let handle = try checked(try nextResult(call.statement), call.statement)
                if firstError == nil { rows.append(Rows(handle: handle)) }
                // A null pointer ends the results of each statement.
                while let extra = try nextResult(call.statement) { _ = try checked(extra, call.statement) }
            } catch {
                // What follows a failure is answered as aborted, which says nothing new.
                firstError = firstError ?? error
                if pointer == nil || PQstatus(connection) != CONNECTION_OK { break }
                while let extra = try nextResult(call.statement) { PQclear(extra) }
            }
        }
        if pointer != nil, PQstatus(connection) == CONNECTION_OK {
            while let result = try nextResult(first.statement) {
                if PQresultStatus(result) == PGRES_PIPELINE_SYNC {
                    PQclear(result)
                    break
                }
                // A server may end the session after the last answer, before it is ready for more.
                do { _ = try checked(result, first.statement) } catch { firstError = firstError ?? error }
            }
            if PQexitPipelineMode(connection) != 1 {
                firstError =
                    firstError
                    ?? PostgresError(
                        .connectionLost, message: "the server ended the session", statement: first.statement)
                abandon()
            }
        }
        if let firstError { throw firstError }
        return rows
    }
}
