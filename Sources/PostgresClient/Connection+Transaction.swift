internal import CLibPQ

/// How a transaction begins.
public enum TransactionMode: String, Sendable {
    /// Each statement sees what was committed before it began.
    case readCommitted = "begin isolation level read committed"
    /// All statements see one snapshot, and nothing can be written.
    case snapshotReadOnly = "begin isolation level repeatable read read only"
}

extension Connection {
    /// Runs a body in a transaction: committed where it returns, rolled back where it throws.
    ///
    /// - Throws: the body's error, never hidden by one of the rollback; or the `PostgresError` of BEGIN or COMMIT,
    ///   of kind `commitInDoubt` where the answer to COMMIT was lost.
    public func transaction<Value>(_ mode: TransactionMode, _ body: () throws -> Value) throws -> Value {
        try transaction(mode, opening: []) { _ in try body() }
    }

    /// Runs a body in a transaction whose first statements are sent together with its begin.
    ///
    /// - Parameters:
    ///   - mode: how it begins.
    ///   - opening: the first statements.
    ///   - body: receives their rows.
    /// - Throws: as `transaction(_:_:)`.
    public func transaction<Value>(
        _ mode: TransactionMode, opening: [Call], _ body: ([Rows]) throws -> Value
    ) throws -> Value {
        let value: Value
        do {
            let rows = try executeAll([Call(Statement(name: "begin", sql: mode.rawValue))] + opening)
            value = try body(Array(rows.dropFirst()))
        } catch {
            rollback()
            throw error
        }
        try commit()
        return value
    }

    /// Rolls back, as far as the connection still can; without one the server does it by itself.
    public func rollback() {
        guard isUsable else { return }
        _ = try? execute(Statement(name: "rollback", sql: "rollback"))
    }

    private func commit() throws {
        let statement = Statement(name: "commit", sql: "commit")
        do {
            let answer = try execute(statement)
            guard answer.commandTag == "COMMIT" else {
                throw PostgresError(
                    .statementFailed, message: "the transaction had failed and was rolled back", statement: statement)
            }
        } catch let error as PostgresError where error.kind == .connectionLost {
            var doubt = PostgresError(.commitInDoubt, message: error.message, statement: statement)
            doubt.sqlState = error.sqlState
            throw doubt
        }
    }
}
