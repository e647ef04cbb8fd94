import Foundation
import Testing
import TestSupport

/// `etl-job drift` as a person or a script uses it.
@Suite struct DriftCommandTests {
    @Test func failOnDriftAnswersWithTheExitCode() async throws {
        let (_, program) = try await OutputTests.sampled(9)
        // Food and cars have crept so far by batch 6 that it is news; by batch 8 it is usual.
        let alarm = try await program.run("drift", "--as-of", "6", "--fail-on-drift")
        #expect(alarm.code == 1 && alarm.output.contains("Look at cars, food and all industries pooled"))
        #expect(try await program.run("drift", "--as-of", "6").code == 0)
        let calm = try await program.run("drift", "--fail-on-drift")
        #expect(calm.code == 0 && calm.output.contains("Nothing needs a look"))
        let one = try await program.run("drift", "--as-of", "6", "--industry", "CLOTHING", "--fail-on-drift")
        #expect(one.code == 0 && !one.output.contains("hair care"))
    }

    @Test func theJSONHasEveryFigureUnrounded() async throws {
        let (database, program) = try await OutputTests.sampled(7)
        let report = try await program.run("drift", "--json").json()
        #expect(report["as_of_batch_id"] as? Int == 6 && report["history"] == nil)
        let measurements = try #require(report["measurements"] as? [[String: Any]])
        #expect(measurements.count == 10)
        let cars = try #require(
            measurements.first { $0["industry"] as? String == "cars" && $0["reference"] as? String == "baseline" })
        let stored = try database.value(
            """
            select wasserstein_in_sd from drift_measurements
            where as_of_batch_id = 6 and industry = 'cars' and reference = 'baseline'
            """)
        #expect(cars["wasserstein_in_sd"] as? Double == Double(stored))
        let history = try await program.run("drift", "--json", "--history", "--industry", "(all)").json()
        #expect((history["history"] as? [Any])?.count == 4 + 2)
    }

    @Test func whatIsUnknownOrTooEarlyIsSaid() async throws {
        let (_, program) = try await OutputTests.sampled(3)
        let early = try await program.run("drift", "--fail-on-drift")
        #expect(early.code == 0 && early.output.contains("no drift was measured"))
        #expect(try await program.run("drift", "--as-of", "70").code == 66)
        #expect(try await program.run("drift", "--industry", "boats").code == 66)
        #expect(try await program.run("drift", "--reference", "yesterday").code == 64)
        for option in [["--drift-alpha", "0"], ["--drift-alpha", "nan"], ["--drift-effect", "-1"]] {
            #expect(try await program.run(["run", "."] + option).code == 64)
        }
        let empty = try await TestDatabase()
        let other = Program(folder: empty.folder, environment: ["DATABASE_URL": empty.connectionString])
        let none = try await other.run("drift")
        #expect(none.code == 0 && none.output.contains("No batch has been applied"))
    }

    @Test func aPinIsMadeOnceAndShown() async throws {
        let (_, program) = try await OutputTests.sampled(7)
        let first = try await program.run("drift", "pin", "--show")
        #expect(first.code == 0 && first.output.contains("the first full window, batches 0 to 2"))
        let pinned = try await program.run("drift", "pin", "--batches", "3-5")
        #expect(pinned.code == 0 && pinned.output.contains("counts from the next batch on"))
        let again = try await program.run("drift", "pin", "--batches", "3-5")
        #expect(again.code == 0 && again.output.contains("Nothing to do"))
        let shown = try await program.run("drift", "pin", "--show", "--json").json()
        #expect((shown["baselines"] as? [[String: Any]])?.map { $0["first_batch_id"] as? Int } == [3])
        #expect(try await program.run("drift", "pin", "--batches", "5-7").code == 66)
        for wrong in [["--batches", "7-5"], ["--batches", "x"], []] {
            #expect(try await program.run(["drift", "pin"] + wrong).code == 64)
        }
    }
}
