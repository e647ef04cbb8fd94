import PostgresClient
import TestSupport

/// Waits until something holds.
///
/// - Throws: `HarnessError` where it does not come to hold.
func wait(
    _ what: String, within seconds: Double = 60, until isTrue: () throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .milliseconds(Int64(seconds * 1000))
    while try !isTrue() {
        guard ContinuousClock.now < deadline else { throw HarnessError("waited in vain: \(what)") }
        try await Task.sleep(for: .milliseconds(10))
    }
}

extension Connection {
    /// Waits until the job's session waits for something, as `pg_stat_activity` tells.
    func waitForWaiting(_ eventType: String, _ event: String? = nil) async throws {
        let condition = "wait_event_type = '\(eventType)'" + (event.map { " and wait_event = '\($0)'" } ?? "")
        let query = """
            select count(*) from pg_stat_activity
            where \(condition) and application_name = 'etl-job' and datname = current_database()
            """
        try await wait("a session waiting for \(eventType) \(event ?? "")") { try value(query) != "0" }
    }

    /// How many batches are applied.
    func appliedCount() throws -> Int { Int(try value("select count(*) from batches")) ?? 0 }
}
