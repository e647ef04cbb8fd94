import Foundation
import PostgresClient
import Testing
import TestSupport

/// `--password-command` when the connection is lost, and when a signal comes while it runs.
@Suite(.serialized) struct PasswordCommandFaultTests {
    /// A server that asks `clerk` for a password, and a job that gets it from a file.
    private struct Site {
        let cluster: TestCluster
        let folder: String
        let file: String
        let calls: String

        static func prepare() async throws -> Site {
            let cluster = try await TestCluster.start()
            try cluster.connection().script("create role clerk login password 'first-s3cret' in role etl")
            try cluster.authenticate(["host all clerk 127.0.0.1/32 scram-sha-256"])
            try await cluster.reload()
            let folder = try SmallBatches.write(3)
            let site = Site(
                cluster: cluster, folder: folder, file: "\(folder)/token", calls: "\(folder)/calls")
            try site.keep("first-s3cret")
            return site
        }

        var program: Program {
            Program(
                folder: folder,
                environment: [
                    "DATABASE_URL": cluster.url(user: "clerk"),
                    "ETL_PASSWORD_COMMAND": "echo x >> '\(calls)'; cat '\(file)'",
                ])
        }

        func keep(_ password: String?) throws {
            try? FileManager.default.removeItem(atPath: file)
            if let password { try Data("\(password)\n".utf8).write(to: URL(fileURLWithPath: file)) }
        }

        /// How often the command has been run.
        var callCount: Int { (try? String(contentsOfFile: calls, encoding: .utf8))?.split(separator: "\n").count ?? 0 }

        /// Starts the job and takes its connection away while its first batch waits for a table.
        func interruptedJob(_ retryFor: Int, _ whileAway: () throws -> Void) async throws -> RunningProgram {
            let holder = try cluster.connection()
            try holder.script("begin; lock table scores in share mode")
            let job = try program.start(["run", ".", "--retry-for", "\(retryFor)", "--log-level", "debug"])
            // In a transaction what a session sees of the others stays as it was.
            try await cluster.connection().waitForWaiting("Lock", "relation")
            try whileAway()
            let ended = "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = 'clerk'"
            #expect(try cluster.connection().value(ended) == "1")
            try holder.script("rollback")
            return job
        }
    }

    @Test func aReconnectGetsANewPassword() async throws {
        let site = try await Site.prepare()
        let job = try await site.interruptedJob(60) {
            // As a token that has expired: the first one is good no more.
            try site.cluster.connection().script("alter role clerk password 'other-s3cret'")
            try site.keep("other-s3cret")
        }
        let outcome = try await job.outcome()
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(site.callCount == 2)
        #expect(try site.cluster.connection().appliedCount() == 3)
        #expect(!(outcome.output + outcome.errors).contains("s3cret"))
    }

    @Test func aCommandThatFailsAtAReconnectIsTriedAgain() async throws {
        let site = try await Site.prepare()
        let job = try await site.interruptedJob(60) { try site.keep(nil) }
        try await wait("it was tried again") { site.callCount >= 3 }
        try site.keep("first-s3cret")
        let outcome = try await job.outcome()
        #expect(outcome.code == 0 && outcome.errors.contains("the password command"), "\(outcome.errors)")
    }

    @Test func aCommandThatFailsForGoodIs75AtAReconnectAnd78AtFirst() async throws {
        let site = try await Site.prepare()
        let job = try await site.interruptedJob(2) { try site.keep(nil) }
        let outcome = try await job.outcome()
        #expect(outcome.code == 75, "\(outcome.errors)")
        for words in ["the password command (ETL_PASSWORD_COMMAND)", "in vain", "The ledger is empty"] {
            #expect(outcome.errors.contains(words), "no \(words) in \(outcome.errors)")
        }
        #expect(try await site.program.run("run", ".").code == 78)
    }

    @Test(arguments: [SIGTERM, SIGINT]) func aSignalEndsTheCommandAndAllThatItStarted(signal: Int32) async throws {
        let folder = try SmallBatches.write(1)
        let pids = "\(folder)/pids"
        let command = "sleep 300 & echo $! $$ > '\(pids)'; trap '' TERM; sleep 300; echo s3cret"
        let program = Program(folder: folder, environment: ["DATABASE_URL": "host=127.0.0.1 port=1"])
        let job = try program.start(["run", ".", "--password-command", command, "--log-format", "json"])
        try await wait("the command runs") {
            (try? String(contentsOfFile: pids, encoding: .utf8))?.hasSuffix("\n") == true
        }
        let start = ContinuousClock.now
        job.signal(signal)
        let outcome = try await job.outcome()
        #expect(start.duration(to: .now) < .seconds(4))
        #expect(outcome.code == 128 + signal, "\(outcome.errors)")
        #expect(try outcome.events("run_finished").map { $0["exit_code"] as? Int } == [128 + Int(signal)])
        let ids = try String(contentsOfFile: pids, encoding: .utf8).split { $0.isWhitespace }.compactMap { Int32($0) }
        #expect(ids.count == 2)
        for id in ids { try await wait("process \(id) is gone", within: 5) { !isRunning(id) } }
    }
}
