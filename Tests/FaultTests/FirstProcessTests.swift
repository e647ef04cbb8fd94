#if os(Linux)
    import Foundation
    import PostgresClient
    import Testing
    import TestSupport

    /// As the first process, as in a container, the job has no default action of a signal to rely on.
    @Suite(.serialized) struct FirstProcessTests {
        @Test(arguments: [SIGTERM, SIGINT], ["status", "verify", "run"])
        func aSignalEndsTheFirstProcess(signal: Int32, command: String) async throws {
            let database = try await TestDatabase()
            let holder = try Connection(database: database.connectionString)
            try holder.script("begin; lock table batches in access exclusive mode")
            let folder = try SmallBatches.write(1)
            let job = try Self.start(
                [command] + (command == "run" ? ["."] : []) + ["--database-url", database.connectionString],
                in: folder, signal: signal)
            try await database.connection.waitForWaiting("Lock")
            try Data().write(to: URL(fileURLWithPath: "\(folder)/now"))
            let outcome = try await job.outcome(within: 30)
            #expect(outcome.code == 128 + signal, "\(outcome.errors)")
            try holder.script("rollback")
            #expect(try database.connection.appliedCount() == 0)
        }

        /// Starts the job as a first process, with another beside it that signals it when there is a file `now`.
        ///
        /// - Throws: `HarnessError` where it cannot be started; it takes root or a `sudo` that asks for no password.
        private static func start(_ arguments: [String], in folder: String, signal: Int32) throws -> RunningProgram {
            let script = #"(until [ -e now ]; do sleep 0.05; done; kill -\#(signal) 1) & exec "$@""#
            // Dispatch looks its threads up in /proc and traps where that is another's.
            let unshare = ["unshare", "--pid", "--fork", "--mount-proc"]
            let command = unshare + ["sh", "-c", script, "sh", Program.path] + arguments
            return try RunningProgram(
                "/usr/bin/env", geteuid() == 0 ? command : ["sudo", "-n"] + command,
                variables: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"], folder: folder, input: .text(""))
        }
    }
#endif
