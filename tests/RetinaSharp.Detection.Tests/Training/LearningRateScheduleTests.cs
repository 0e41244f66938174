using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Training;

namespace RetinaSharp.Detection.Tests.Training;

public class LearningRateScheduleTests
{
    private static readonly TrainingSettings Settings = new() { LearningRate = .01, Batch = 16, WarmUp = 100 };

    [Fact]
    public void GetLearningRate_WarmUp_RisesLinearlyFromAThousandth()
    {
        var schedule = Schedule(Settings, 10_000);

        Assert.Equal(.01 * (.001 + (.999 * 1 / 100)), schedule(0), 1e-12);
        Assert.Equal(.01 * (.001 + (.999 * 50 / 100)), schedule(49), 1e-12);
        Assert.Equal(.01, schedule(100), 1e-12);
    }

    [Fact]
    public void GetLearningRate_Steps_ATenthAtEachMilestone()
    {
        var schedule = Schedule(Settings, 900);

        Assert.Equal(.01, schedule(599), 1e-12);
        Assert.Equal(.001, schedule(600), 1e-12);
        Assert.Equal(.001, schedule(799), 1e-12);
        Assert.Equal(.0001, schedule(800), 1e-12);
    }

    [Fact]
    public void GetLearningRate_Cosine_FallsToZero()
    {
        var schedule = Schedule(Settings with { Schedule = ScheduleKind.Cosine }, 1100);

        Assert.Equal(.01, schedule(100), 1e-12);
        Assert.Equal(.005, schedule(600), 1e-12);
        Assert.InRange(schedule(1099), 0, 1e-7);
        for (var step = 101; step < 1100; step++)
            Assert.True(schedule(step) < schedule(step - 1));
    }

    // PyTorch: OneCycleLR(optimizer, max_lr=.01, total_steps=100), before the step of each index.
    [Theory]
    [InlineData(0, .0004)]
    [InlineData(10, .0029516395)]
    [InlineData(29, .01)]
    [InlineData(64, .00500002)]
    [InlineData(99, 4e-8)]
    public void GetLearningRate_OneCycle_IsPyTorchs(long step, double expected) =>
        Assert.Equal(expected, Schedule(Settings with { Schedule = ScheduleKind.OneCycle }, 100)(step), 1e-9);

    [Theory]
    [InlineData(1, .5)]
    [InlineData(2, .25)]
    public void GetLearningRate_Polynomial_IsThePowerOfTheRest(double power, double expected)
    {
        var schedule = Schedule(Settings with { Schedule = ScheduleKind.Polynomial, PolynomialPower = power }, 1100);

        Assert.Equal(.01, schedule(100), 1e-12);
        Assert.Equal(.01 * expected, schedule(600), 1e-12);
        Assert.InRange(schedule(1099), 0, 1e-4);
    }

    [Fact]
    public void ReducedOnPlateau_EpochsWithoutABetterAP_DividesTheRateEachTime()
    {
        var settings = Presets.Tiny with { Training = Presets.Tiny.Training with { Schedule = ScheduleKind.Plateau, PlateauPatience = 2 } };
        var at = new Checkpoint { Settings = settings, TrainingData = "", Precision = Precision.Fp32, ComputedOn = "", BestEpoch = 3 };
        var factors = new List<double>();
        for (var epoch = 4; epoch <= 8; epoch++)
            factors.Add((at = (at with { Epoch = epoch }).ReducedOnPlateau()).PlateauFactor);

        Assert.Equal([1, .1, .1, .01, .01], factors, (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal(1, (at with { Settings = Presets.Tiny, Reductions = 0, ReducedAtEpoch = 0, Epoch = 9 }).ReducedOnPlateau().PlateauFactor);
    }

    [Fact]
    public void GetLearningRate_ShortTraining_WarmsUpForATenthOfIt()
    {
        var schedule = Schedule(Settings with { Milestones = [] }, 50);

        Assert.Equal(.01, schedule(4), 1e-12);
        Assert.True(schedule(3) < .01);
    }

    [Fact]
    public void GetLearningRate_NoWarmUp_StartsAtTheFullRate() => Assert.Equal(.01, Schedule(Settings with { WarmUp = 0 }, 1000)(0), 1e-12);

    [Theory]
    [InlineData(OptimizerKind.Sgd, 16, 1, .01)]
    [InlineData(OptimizerKind.Sgd, 4, 1, .0025)]
    [InlineData(OptimizerKind.Sgd, 4, 8, .02)]
    [InlineData(OptimizerKind.AdamW, 4, 1, .005)]
    [InlineData(OptimizerKind.AdamW, 16, 4, .02)]
    public void ScaledLearningRate_EffectiveBatch_ScalesIt(OptimizerKind optimizer, int batch, int accumulate, double expected) =>
        Assert.Equal(expected, new TrainingSettings { Optimizer = optimizer, LearningRate = .01, Batch = batch, Accumulate = accumulate }.ScaledLearningRate, 1e-12);

    private static Func<long, double> Schedule(TrainingSettings settings, long totalSteps) => step => new LearningRateSchedule(settings).GetLearningRate(step, totalSteps);
}
