using RetinaSharp.Detection.Training;
using RetinaSharp.Experiments.TensorBoard;
using RetinaSharp.Experiments.Tests.Reports;

namespace RetinaSharp.Experiments.Tests.TensorBoard;

public sealed class TensorBoardLogTests : IDisposable
{
    private static readonly DateTimeOffset Time = DateTimeOffset.FromUnixTimeMilliseconds(1_763_800_000_250);

    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _warnings = [];

    public void Dispose() => _folder.Dispose();

    /// <summary>The vector of CRC catalogues, and RFC 3720's.</summary>
    [Theory]
    [InlineData("313233343536373839", 0xE3069283)]
    [InlineData("", 0)]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", 0x8A9136AA)]
    [InlineData("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", 0x62A8AB43)]
    public void Of_KnownBytes_IsTheKnownChecksum(string bytes, uint expected)
    {
        Assert.Equal(expected, Crc32C.Compute(Convert.FromHexString(bytes)));
        Assert.Equal(expected, RecordReader.Crc(Convert.FromHexString(bytes)));
    }

    [Fact]
    public void Report_Training_IsReadBackFieldByField()
    {
        using (var log = Log())
        {
            log.Report(new TrainingStart(0, 300));
            log.Report(new TrainingStep(200, 300, 1, .5, .25, 1e-3, 12.5, TimeSpan.Zero, .125));
            log.Report(Epoch(200));
        }

        var path = Assert.Single(Directory.GetFiles(_folder.Root));
        Assert.Matches(@"^events\.out\.tfevents\.1763800000\..+\.\d+\.0$", Path.GetFileName(path));
        var events = RecordReader.Read(path);
        Assert.All(events, one => Assert.Equal(Time, one.Time));
        Assert.Equal([0, 1, 200, 200], events.Select(one => one.Step));
        Assert.Equal(("brain.Event:2", true), (events[0].Version, events[1].IsStart));
        Assert.Equal(
            [("training/loss_classification", .5f), ("training/loss_box", .25f), ("training/learning_rate", 1e-3f), ("training/images_per_second", 12.5f), ("training/positive_share", .125f)],
            events[2].Values!);
        var values = events[3].Values!.ToDictionary(one => one.Tag, one => one.Value);
        Assert.Equal((1.5f, .375f, .5f), (values["seconds/forward"], values["validation/loss_classification"], values["validation/loss_box"]));
        Assert.Equal((float)Sample.Metrics(5).AP50, values["validation/AP50"]);
        // There are no small boxes to measure on.
        Assert.DoesNotContain("validation/APs", values.Keys);
    }

    [Fact]
    public void Report_ResumedTraining_GoesOnInAnotherFileThatVoidsWhatComesAgain()
    {
        foreach (var start in new[] { 0, 70 })
        {
            using var log = Log();
            log.Report(new TrainingStart(start, 300));
            log.Report(new TrainingStep(start + 90, 300, 1, .5, .25, 1e-3, 12.5, TimeSpan.Zero));
        }

        // TensorBoard takes files by their names.
        var files = Directory.GetFiles(_folder.Root).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(2, files.Count);
        Assert.Equal([1, 71], files.Select(file => RecordReader.Read(file).Single(one => one.IsStart).Step));
    }

    [Fact]
    public void Report_ProcessIsKilled_WhatWasReportedIsThere()
    {
        // Never disposed: each record is written at once, and whole.
        var log = Log();
        log.Report(new TrainingStart(0, 300));
        log.Report(Epoch(10));
        var path = Assert.Single(Directory.GetFiles(_folder.Root));
        Assert.Equal(3, RecordReader.Read(path).Count);
        log.Dispose();

        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^3]);
        Assert.Equal(2, RecordReader.Read(path).Count);
    }

    [Fact]
    public void Report_FolderCannotBeWritten_WarnsOnceAndContinues()
    {
        using var log = new TensorBoardLog(_folder.At("nowhere"), _warnings.Add);
        log.Report(new TrainingStart(0, 300));
        log.Report(Epoch(10));
        Assert.Contains("continues without", Assert.Single(_warnings));
    }

    private TensorBoardLog Log() => new(_folder.Root, _warnings.Add, new FixedClock());

    private static TrainingEpoch Epoch(long step)
    {
        var metrics = Sample.Metrics(5);
        return new(1, 3, .4, .2, new(.375, .5, new(metrics, [], 10, 1)), true, TimeSpan.Zero) { Step = step, Phases = new Dictionary<string, double> { ["forward"] = 1.5 } };
    }

    private sealed class FixedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Time;
    }
}
