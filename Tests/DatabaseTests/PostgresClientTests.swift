import Foundation
import PostgresClient
import Synchronization
import Testing
import TestSupport

/// The client on a real server.
@Suite struct PostgresClientTests {
    func connect() async throws -> Connection { try await TestDatabase().connection }

    @Test func anErrorSaysWhatWhereAndWhy() async throws {
        let connection = try await connect()
        let unknown = #expect(throws: PostgresError.self) {
            try connection.execute(Statement(name: "read_nothing", sql: "select 1,\n  nothing"))
        }
        #expect(unknown?.kind == .statementFailed && unknown?.sqlState == "42703" && unknown?.position == 13)
        #expect(unknown?.description.contains("in statement read_nothing\nline 2:   nothing\n          ^") == true)
        let violated = #expect(throws: PostgresError.self) {
            try connection.execute(
                Statement(name: "insert_industry", sql: "insert into industries values ($1)"), ["food"])
        }
        #expect(
            violated?.constraint == "industry_is_named_once" && violated?.table == "industries"
                && violated?.detail != nil)
        #expect(violated?.isRetryable == false && violated?.isConnectionGone == false)
        #expect(try connection.executeOne(Statement(name: "one", sql: "select 1 as one")).get("one", as: Int.self) == 1)
    }

    @Test func valuesGoThereAndBack() async throws {
        let connection = try await connect()
        let row = try connection.executeOne(
            Statement(
                name: "echo",
                sql: "select $1::text as t, $2::bigint as i, $3::float8 as d, $4::boolean as b, $5::text as n"),
            ["'; drop table scores; -- \u{1F600}\n", Int.min, Double.leastNonzeroMagnitude, true, String?.none])
        #expect(try row.get("t", as: String.self) == "'; drop table scores; -- \u{1F600}\n")
        #expect(try row.get("i", as: Int.self) == .min)
        #expect(try row.get("d", as: Double.self) == Double.leastNonzeroMagnitude)
        #expect(try row.get("b", as: Bool.self))
        #expect(try row.getOptional("n", as: String.self) == nil)
        #expect(throws: PostgresError.self) { try row.get("n", as: String.self) }
        #expect(throws: PostgresError.self) { try row.get("t", as: Int.self) }
        #expect(throws: PostgresError.self) { try row.get("missing", as: Int.self) }
    }

    @Test func aTransactionCommitsOrRollsBack() async throws {
        let connection = try await connect()
        let insert = Statement(name: "insert", sql: "insert into industries values ($1)")
        let count = Statement(name: "count", sql: "select count(*) as n from industries")
        struct Refused: Error {}
        #expect(throws: Refused.self) {
            try connection.transaction(.readCommitted) {
                try connection.execute(insert, ["boats"])
                throw Refused()
            }
        }
        #expect(try connection.executeOne(count).get("n", as: Int.self) == 4)
        try connection.transaction(.readCommitted) { _ = try connection.execute(insert, ["boats"]) }
        #expect(try connection.executeOne(count).get("n", as: Int.self) == 5)
        // A failure that the body hides must not look like a commit.
        #expect(throws: PostgresError.self) {
            try connection.transaction(.readCommitted) { _ = try? connection.execute(insert, ["boats"]) }
        }
        #expect(!connection.isInTransaction)
    }

    @Test func copyStreamsAndASendersErrorEndsIt() async throws {
        let connection = try await connect()
        let copy = Statement(name: "copy_industries", sql: "copy industries from stdin")
        let rows = try connection.copyIn(copy) { send in
            for name in ["boats\n", "shoes\n"] { try Array(name.utf8).withUnsafeBytes(send) }
        }
        #expect(rows == 2)
        struct Refused: Error {}
        #expect(throws: Refused.self) {
            try connection.copyIn(copy) { send in
                try Array("hats\n".utf8).withUnsafeBytes(send)
                throw Refused()
            }
        }
        let refused = #expect(throws: PostgresError.self) {
            try connection.copyIn(copy) { try Array("boats\n".utf8).withUnsafeBytes($0) }
        }
        #expect(refused?.sqlState == "23505")
        var text = ""
        try connection.copyOut(Statement(name: "copy_out", sql: "copy (select 1 union all select 2) to stdout")) {
            text += String(decoding: $0, as: UTF8.self)
        }
        #expect(text == "1\n2\n")
    }

    @Test func aStatementCanBeCancelledFromAnotherThread() async throws {
        let connection = try await connect()
        let canceller = try connection.makeCanceller()
        // A thread of its own, for other tests may keep those of the tasks busy.
        let isOver = Mutex(false)
        Thread.detachNewThread {
            while !isOver.withLock({ $0 }) {
                canceller.cancel()
                Thread.sleep(forTimeInterval: 0.02)
            }
        }
        let error = #expect(throws: PostgresError.self) {
            try connection.execute(Statement(name: "sleep", sql: "select pg_sleep(60)"))
        }
        isOver.withLock { $0 = true }
        #expect(error?.sqlState == "57014")
    }

    @Test func aKilledConnectionIsGoneAndItsCommitInDoubt() async throws {
        let database = try await TestDatabase()
        let victim = try Connection(database: database.connectionString)
        let killer = Statement(name: "kill", sql: "select pg_terminate_backend($1, 5000)")
        let error = #expect(throws: PostgresError.self) {
            try victim.transaction(.readCommitted) {
                _ = try database.connection.execute(killer, [victim.backendPID])
            }
        }
        #expect(error?.isCommitInDoubt == true && error?.isConnectionGone == true && error?.isRetryable == false)
        let later = #expect(throws: PostgresError.self) { try victim.execute(killer, [1]) }
        #expect(later?.isConnectionGone == true && later?.isRetryable == true)
    }

    @Test func connectingNowhereNamesTheServerAndNoSecret() throws {
        let error = #expect(throws: PostgresError.self) {
            try Connection(database: "postgresql://me:s3cret@127.0.0.1:1/none")
        }
        #expect(error?.kind == .unreachable && error?.message.contains("127.0.0.1") == true)
        #expect(error?.message.contains("s3cret") == false)
        for text in [
            "postgresql://me:s3cret@[host/none", "host=x s3cret", "mysql://me:s3cret@x/y", "postgres//me:a/s3cret@x/y",
            "postgresql:/me:s3cret@x/y", "postgresql//:s3cret@x/y", "password s3cret", "me:s3cret",
        ] {
            let invalid = #expect(throws: PostgresError.self) { try Connection(database: text) }
            #expect(invalid?.kind == .invalidConnectionString && "\(invalid as Any)".contains("s3cret") == false)
        }
    }

    @Test func aBareNameIsADatabase() {
        let error = #expect(throws: PostgresError.self) {
            try Connection(database: "no_such-Datenbänk.1", defaults: [("host", "/nowhere")])
        }
        #expect(error?.kind == .unreachable)
    }

    @Test func noticesReachTheCallerWithoutWhatMayQuoteAValue() async throws {
        let database = try await TestDatabase()
        var notices: [String] = []
        let connection = try Connection(database: database.connectionString, onNotice: { notices.append($0) })
        try connection.executeScript(Statement(name: "drop", sql: "drop table if exists nothing"))
        try connection.executeScript(Statement(name: "raise", sql: "do $$ begin raise notice 'hello'; end $$"))
        #expect(
            notices == [
                "NOTICE 00000: table \"nothing\" does not exist, skipping",
                "NOTICE 00000: (not shown, for it may quote values)",
            ])
    }
}
