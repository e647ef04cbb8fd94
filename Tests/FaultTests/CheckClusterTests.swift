import Foundation
import PostgresClient
import Testing
import TestSupport

/// `deploy/aws/check-cluster` on a server with TLS, two users and passwords from a command.
@Suite(.serialized) struct CheckClusterTests {
    /// A server as a new cluster should be.
    private struct Site {
        let cluster: TestCluster
        let ca: String
        let folder: String

        static func prepare() async throws -> Site {
            let cluster = try await TestCluster.start()
            let folder = try SmallBatches.write(4)
            let ca = try await cluster.useTLS()
            let owner = try await cluster.program(in: folder).run("migrate", "--roles")
            guard owner.code == 0 else { throw HarnessError(owner.errors) }
            try cluster.connection().script(
                """
                create role etl_load login password 'load-s3cret' in role etl_writer;
                create role etl_read login password 'read-s3cret' in role etl_reader;
                """)
            try cluster.authenticate([
                "hostssl all etl_load,etl_read 127.0.0.1/32 scram-sha-256",
                "hostnossl all etl_load,etl_read 127.0.0.1/32 reject",
            ])
            try await cluster.reload()
            for name in ["load", "read"] {
                try Data("\(name)-s3cret\r\n".utf8).write(to: URL(fileURLWithPath: "\(folder)/etl_\(name)"))
            }
            let loaded = try await cluster.program(in: folder).run("run", ".")
            guard loaded.code == 0 else { throw HarnessError(loaded.errors) }
            return Site(cluster: cluster, ca: ca, folder: folder)
        }

        func url(_ cluster: TestCluster? = nil) -> String {
            "postgresql://localhost:\((cluster ?? self.cluster).port)/etl"
        }

        /// Runs the script; later options override earlier ones.
        func check(_ options: [String] = []) async throws -> Program.Outcome {
            let script = TestServer.repositoryRoot + "/deploy/aws/check-cluster"
            let arguments = [
                "bash", script, "--url", url(), "--ca", ca, "--password-command", "cat '\(folder)'/\"$PGUSER\"",
                "--job", Program.path, "--psql", cluster.psql,
            ]
            let outcome = try await RunningProgram(
                "/usr/bin/env", arguments + options,
                variables: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "", "HOME": folder], folder: folder,
                input: .text("")
            ).outcome()
            #expect(!(outcome.output + outcome.errors).contains("s3cret"), "\(outcome.output)\(outcome.errors)")
            return outcome
        }

        /// Expects the findings that are bad, by their beginnings, and each with what mends it.
        func expectBad(
            _ beginnings: [String], _ options: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
        ) async throws {
            let outcome = try await check(options)
            let lines = outcome.output.split(separator: "\n")
            let bad = lines.indices.filter { lines[$0].hasPrefix("BAD ") }
            let found = bad.map { String(lines[$0].dropFirst(6)) }
            let isRight = found.count == beginnings.count && zip(found, beginnings).allSatisfy { $0.hasPrefix($1) }
            #expect(isRight, "\(outcome.output)\(outcome.errors)", sourceLocation: sourceLocation)
            #expect(outcome.code == (beginnings.isEmpty ? 0 : 78), sourceLocation: sourceLocation)
            for index in bad {
                #expect(
                    index + 1 < lines.count && lines[index + 1].contains("→ "), "\(outcome.output)",
                    sourceLocation: sourceLocation)
            }
        }
    }

    @Test func aGoodClusterIsGoodWithItsReader() async throws {
        let site = try await Site.prepare()
        let standby = try await site.cluster.standby(name: "standby")
        let outcome = try await site.check(["--reader-url", site.url(standby) + "\r"])
        #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.output)\(outcome.errors)")
        #expect(!outcome.output.contains("BAD   "), "\(outcome.output)")
        for line in [
            "good  connection   etl_load is let in by TLS", "good  connection   etl_read is let in by TLS",
            "good  TLS          a certificate that somebody else has signed is refused",
            "good  TLS          without TLS nobody is let in",
            "good  password     etl_load is let in with a second one",
            "good  user         etl_read has no right of an administrator",
            "good  rights       etl_load can neither UPDATE, DELETE nor TRUNCATE", "good  encoding     UTF8",
            "good  clock  ", "good  connections  ", "good  doctor       etl-job doctor as etl_load\n",
            "good  doctor       etl-job doctor as etl_read: all that it finds BAD is right", "good  time zone    ",
            "good  reader       localhost is read-only", "good  reader       etl-job status as etl_read",
        ] {
            #expect(outcome.output.contains(line), "no \(line) in:\n\(outcome.output)")
        }
        // The option beats what the URL says, and carriage returns do no harm.
        let url = "postgresql://nobody@localhost:\(site.cluster.port)/etl?sslmode=disable&sslrootcert=/nowhere"
        try await site.expectBad([], ["--url", url + "\r", "--ca", site.ca + "\r", "--load-user", "etl_load\r"])
    }

    @Test func whatIsWrongIsBADWithItsRemedy() async throws {
        let site = try await Site.prepare()
        let admin = try site.cluster.connection()
        // Rights.
        try admin.script("grant update on batches to etl_load; grant truncate on percentile_snapshots to etl_writer")
        try await site.expectBad(["rights       etl_load may truncate percentile_snapshots, update batches"])
        try admin.script(
            "revoke update on batches from etl_load; revoke truncate on percentile_snapshots from etl_writer")
        // Administrators.
        try admin.script("alter role etl_read createrole bypassrls; grant pg_write_all_data to etl_read")
        let user =
            "user         etl_read may make roles, passes by row security, is a member of an administrator's role"
        try await site.expectBad([user, "rights       etl_read may "])
        try admin.script("alter role etl_read nocreaterole nobypassrls; revoke pg_write_all_data from etl_read")
        // Connections.
        try admin.script("alter role etl_load connection limit 1")
        try await site.expectBad(["connections  "])
        try admin.script("alter role etl_load connection limit -1")
        // No membership: etl-job has no rights.
        try admin.script("revoke etl_writer from etl_load")
        try await site.expectBad(["doctor       etl-job doctor finds 1 BAD as etl_load"])
        try admin.script("grant etl_writer to etl_load")
        // Without TLS, and without a password.
        try site.cluster.authenticate(["host all etl_load 127.0.0.1/32 scram-sha-256"])
        try await site.cluster.reload()
        try await site.expectBad(["TLS          the server lets etl_load in without TLS"])
        try site.cluster.authenticate(["hostssl all etl_load 127.0.0.1/32 trust"])
        try await site.cluster.reload()
        try await site.expectBad([
            "TLS          the server lets etl_load in without TLS", "password     etl_load is let in with any password",
        ])
    }

    @Test func whereNobodyIsLetInNothingElseIsAsked() async throws {
        let site = try await Site.prepare()
        let refused = ["connection   etl_load is not let in: ", "connection   etl_read is not let in: "]
        // Another authority, another name, no such command.
        let other = try await TestCluster.start(isMigrated: false).useTLS()
        try await site.expectBad(refused, ["--ca", other])
        try await site.expectBad(
            refused, ["--url", "postgresql://elsewhere.example:\(site.cluster.port)/etl?hostaddr=127.0.0.1"])
        try await site.expectBad(refused, ["--password-command", "echo it is locked >&2; exit 3"])
        try await site.expectBad(["TLS          there are no certificates in /nowhere.pem"], ["--ca", "/nowhere.pem"])
        try await site.expectBad(
            ["tools        /nowhere/etl-job --x cannot be run"], ["--job", "/nowhere/etl-job --x"])
        try site.cluster.connection().execute(
            Statement(name: "create_plain", sql: "create database plain encoding 'SQL_ASCII' template template0"))
        let plain = try await site.check(["--url", "postgresql://localhost:\(site.cluster.port)/plain"])
        #expect(plain.code == 78 && plain.output.contains("BAD   encoding     the database is encoded as SQL_ASCII"))
        #expect(plain.output.contains("BAD   doctor       etl-job doctor ended with 78"), "\(plain.output)")
    }

    @Test func wrongUsageIs64AndShowsNoPassword() async throws {
        let site = try await Site.prepare()
        for options in [
            ["--url", "postgresql://me:s3cret@localhost/etl"], ["--url", "postgresql://localhost/etl?password=s3cret"],
            ["--url", "s3cret"], ["--url", ""], ["--job", " "], ["--pasword=s3cret"], ["--ca"],
        ] {
            let outcome = try await site.check(options)
            #expect(outcome.code == 64 && outcome.errors.hasPrefix("error: "), "\(options): \(outcome.errors)")
        }
        let help = try await site.check(["--help"])
        #expect(help.code == 0 && help.output.contains("EXAMPLE"))
    }
}
