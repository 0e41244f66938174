using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Training;

namespace RetinaSharp.Detection.Tests.Training;

public class LearningRateScheduleTests
{
    private static readonly TrainingSettings Settings = new() { LearningRate = .01, Batch = 16, WarmUp = 100 };

    [Fact]
    public void At_WarmUp_RisesInALineFromAThousandth()
    {
        var schedule = new LearningRateSchedule(Settings, 10_000);

        Assert.Equal(.01 * (.001 + (.999 * 1 / 100)), schedule.At(0), 1e-12);
        Assert.Equal(.01 * (.001 + (.999 * 50 / 100)), schedule.At(49), 1e-12);
        Assert.Equal(.01, schedule.At(100), 1e-12);
    }

    [Fact]
    public void At_Steps_ATenthAtEachMilestone()
    {
        var schedule = new LearningRateSchedule(Settings, 900);

        Assert.Equal(.01, schedule.At(599), 1e-12);
        Assert.Equal(.001, schedule.At(600), 1e-12);
        Assert.Equal(.001, schedule.At(799), 1e-12);
        Assert.Equal(.0001, schedule.At(800), 1e-12);
    }

    [Fact]
    public void At_Cosine_FallsToZero()
    {
        var schedule = new LearningRateSchedule(Settings with { Schedule = ScheduleKind.Cosine }, 1100);

        Assert.Equal(.01, schedule.At(100), 1e-12);
        Assert.Equal(.005, schedule.At(600), 1e-12);
        Assert.InRange(schedule.At(1099), 0, 1e-7);
        for (var step = 101; step < 1100; step++)
            Assert.True(schedule.At(step) < schedule.At(step - 1));
    }

    [Fact]
    public void At_ShortTraining_WarmsUpForATenthOfIt()
    {
        var schedule = new LearningRateSchedule(Settings with { Milestones = [] }, 50);

        Assert.Equal(.01, schedule.At(4), 1e-12);
        Assert.True(schedule.At(3) < .01);
    }

    [Fact]
    public void At_NoWarmUp_StartsAtTheFullRate() => Assert.Equal(.01, new LearningRateSchedule(Settings with { WarmUp = 0 }, 1000).At(0), 1e-12);

    [Theory]
    [InlineData(OptimizerKind.Sgd, 16, 1, .01)]
    [InlineData(OptimizerKind.Sgd, 4, 1, .0025)]
    [InlineData(OptimizerKind.Sgd, 4, 8, .02)]
    [InlineData(OptimizerKind.AdamW, 4, 1, .005)]
    [InlineData(OptimizerKind.AdamW, 16, 4, .02)]
    public void ScaledLearningRate_EffectiveBatch_ScalesIt(OptimizerKind optimizer, int batch, int accumulate, double expected) =>
        Assert.Equal(expected, new TrainingSettings { Optimizer = optimizer, LearningRate = .01, Batch = batch, Accumulate = accumulate }.ScaledLearningRate, 1e-12);
}
