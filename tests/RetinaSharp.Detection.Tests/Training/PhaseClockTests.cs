using System.Diagnostics;
using RetinaSharp.Detection.Training;

namespace RetinaSharp.Detection.Tests.Training;

public sealed class PhaseClockTests
{
    [Fact]
    public void Skip_TimeBefore_IsOfNoPhase()
    {
        var clock = new PhaseClock();
        Thread.SpinWait(1_000_000);

        var skipped = Stopwatch.GetTimestamp();
        clock.Skip();
        clock.Lap("work");

        Assert.InRange(clock.Seconds["work"], 0, Stopwatch.GetElapsedTime(skipped).TotalSeconds);
    }
}
