using RetinaSharp.Detection.Training;

namespace RetinaSharp.Detection.Tests.Training;

public sealed class ThroughputEstimatorTests
{
    private const int Images = 4;

    private readonly Clock _clock = new();
    private long _step;

    [Fact]
    public void Add_FirstStepOfAResumedRun_IsDueWithRealNumbers()
    {
        var throughput = Start(firstStep: 900, totalSteps: 1000);

        Run(throughput, steps: 1, seconds: .5);

        Assert.True(throughput.IsDue);
        Assert.Equal(Images / .5, throughput.ImagesPerSecond, 1e-9);
        Assert.Equal(99 * .5, throughput.Remaining.TotalSeconds, 1e-6);
    }

    [Fact]
    public void Add_StepsOfATenthOfASecond_AreDueOnceASecond()
    {
        var throughput = Start(firstStep: 0, totalSteps: 1000);
        Run(throughput, steps: 1, seconds: .125);

        var due = Enumerable.Range(0, 64).Count(_ => Run(throughput, steps: 1, seconds: .125).IsDue);

        Assert.Equal(8, due);
    }

    [Fact]
    public void Add_SlowFirstStep_IsNotExtrapolated()
    {
        var throughput = Start(firstStep: 0, totalSteps: 1000);

        Run(throughput, steps: 1, seconds: 20);
        Run(throughput, steps: 5, seconds: .2);

        Assert.Equal(994 * .2, throughput.Remaining.TotalSeconds, 1e-6);
    }

    [Fact]
    public void Add_SuspendedForAnHour_ChangesTheEstimateByLessThanHalf()
    {
        var throughput = Start(firstStep: 0, totalSteps: 10_000);
        Run(throughput, steps: 100, seconds: .2);

        Run(throughput, steps: 1, seconds: 3600);
        Run(throughput, steps: 10, seconds: .2);

        Assert.InRange(throughput.Remaining.TotalSeconds, 9889 * .2, 9889 * .3);
    }

    [Fact]
    public void Add_LastingSlowdown_IsFollowed()
    {
        var throughput = Start(firstStep: 0, totalSteps: 10_000);
        Run(throughput, steps: 100, seconds: .1);

        Run(throughput, steps: 100, seconds: 2);

        Assert.Equal(2, throughput.Remaining.TotalSeconds / 9800, .1);
    }

    [Fact]
    public void Add_NoisySteps_AreSmoothed()
    {
        var throughput = Start(firstStep: 0, totalSteps: 100_000);
        var estimates = new List<double>();

        for (var i = 0; i < 400; i++)
            estimates.Add(Run(throughput, steps: 1, seconds: i % 2 == 0 ? .1 : .3).Remaining.TotalSeconds / (100_000 - _step));

        Assert.All(estimates.Skip(200), seconds => Assert.Equal(.2, seconds, .01));
    }

    [Fact]
    public void Pause_Validation_IsNotCounted()
    {
        var throughput = Start(firstStep: 0, totalSteps: 100);
        Run(throughput, steps: 10, seconds: .5);

        throughput.Pause();
        _clock.Seconds += 600;
        throughput.Resume();
        Run(throughput, steps: 1, seconds: .5);

        Assert.Equal(89 * .5, throughput.Remaining.TotalSeconds, 1e-6);
    }

    [Fact]
    public void Add_PastTheLastStep_HasNoNegativeTimeLeft()
    {
        var throughput = Start(firstStep: 0, totalSteps: 3);

        Run(throughput, steps: 4, seconds: .1);

        Assert.Equal(TimeSpan.Zero, throughput.Remaining);
    }

    private ThroughputEstimator Start(long firstStep, long totalSteps)
    {
        _step = firstStep;
        var throughput = new ThroughputEstimator(firstStep, totalSteps, _clock);
        throughput.Resume();
        return throughput;
    }

    private ThroughputEstimator Run(ThroughputEstimator throughput, int steps, double seconds)
    {
        for (var i = 0; i < steps; i++)
        {
            _clock.Seconds += seconds;
            throughput.Add(++_step, Images);
        }

        return throughput;
    }

    private sealed class Clock : TimeProvider
    {
        public double Seconds { get; set; }

        public override long TimestampFrequency => 1_000_000_000;

        public override long GetTimestamp() => (long)Math.Round(Seconds * TimestampFrequency);
    }
}
