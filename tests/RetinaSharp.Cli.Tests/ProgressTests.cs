using Microsoft.Extensions.Logging;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Detection.Training;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Cli.Tests;

public sealed class ProgressTests
{
    private readonly StringWriter _stderr = new();
    private readonly Clock _clock = new();

    private Output Output => new(TextWriter.Null, Consoles.Over(_stderr));

    [Fact]
    public void Show_WithoutATerminal_PrintsALineEveryTenSeconds()
    {
        var display = new ProgressDisplay(Output, null, _clock);
        for (var second = 1; second <= 25; second++)
        {
            _clock.Seconds = second;
            display.Show(second, 25, $"second {second}");
        }

        Assert.Equal(["second 10", "second 20"], Lines());
    }

    [Fact]
    public void Report_StepAndEpoch_HaveLossesThroughputAndTimeLeft()
    {
        var reporter = Reporter();

        _clock.Seconds = 11;
        reporter.Report(new TrainingStep(40, 300, 1, .5, .25, .0005, 12.34, TimeSpan.FromSeconds(200)));
        _clock.Seconds = 16;
        reporter.Report(new TrainingEpoch(1, 3, .4, .2, null, false, TimeSpan.FromSeconds(99)) { LearningRate = .0004 });
        new OutputLogger(Output).LogInformation("Mind {Name}.", "[this]");

        Assert.Equal(
            [
                "epoch 1/3  step 40/300  class loss 0.5000  box loss 0.2500  lr 5.0e-4  12.3 images/s  3 min 20 s left",
                "epoch 1/3 done  class loss 0.4000  box loss 0.2000  lr 4.0e-4  12.3 images/s  3 min 15 s left",
                "Mind [this].",
            ],
            Lines());
    }

    [Fact]
    public void Report_ResumedBeforeTheValidationOfAnEpoch_OmitsThroughputAndTimeLeft()
    {
        Reporter().Report(new TrainingEpoch(1, 3, .4, .2, null, false, TimeSpan.FromSeconds(99)) { LearningRate = .0004 });

        Assert.Equal(["epoch 1/3 done  class loss 0.4000  box loss 0.2000  lr 4.0e-4"], Lines());
    }

    [Fact]
    public void Report_LongerThanEstimated_HasNoNegativeTimeLeft()
    {
        var reporter = Reporter();

        reporter.Report(new TrainingStep(40, 300, 1, .5, .25, .0005, 12.34, TimeSpan.FromSeconds(5)));
        _clock.Seconds = 60;
        reporter.Report(new TrainingEpoch(3, 3, .4, .2, null, false, TimeSpan.FromSeconds(99)));

        Assert.EndsWith("  0 s left", Lines()[^1]);
    }

    [Theory]
    [InlineData(41, "41 s")]
    [InlineData(200, "3 min 20 s")]
    [InlineData(7500, "2 h 05 min")]
    [InlineData(180_000, "50 h 00 min")]
    public void Text_Duration_HasAtMostTwoUnits(int seconds, string expected) => Assert.Equal(expected, Durations.Text(TimeSpan.FromSeconds(seconds)));

    private TrainingReporter Reporter() => new(Output, new(Output, null, _clock), epochs: 3, _clock);

    private string[] Lines() => _stderr.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private sealed class Clock : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
