using RetinaSharp.Experiments.Figures;

namespace RetinaSharp.Experiments.Tests.Figures;

public class AxisTests
{
    public static TheoryData<double[], int, string[]> Ranges => new()
    {
        { [0, 1], 6, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"] },
        { [.01, 4.605], 6, ["0", "1", "2", "3", "4", "5"] },
        { [-1.2, 0], 6, ["−1.2", "−1.0", "−0.8", "−0.6", "−0.4", "−0.2", "0.0"] },
        { [-3, 7], 4, ["−5", "0", "5", "10"] },
        { [0, 123_456], 3, ["0", "50000", "100000", "150000"] },
        { [0, 3e-4], 3, ["0.0000", "0.0001", "0.0002", "0.0003"] },
        { [2, 2], 2, ["1.5", "2.0", "2.5"] },
        { [0], 2, ["−0.5", "0.0", "0.5"] },
    };

    [Theory]
    [MemberData(nameof(Ranges))]
    public void Ticks_Values_AreRoundAndAroundThem(double[] values, int most, string[] labels) =>
        Assert.Equal(labels, new Axis(values, most).Ticks.Select(tick => tick.Label));

    [Fact]
    public void Place_Ticks_AreEvenFromEndToEnd()
    {
        var axis = new Axis([-6, 6], 8);

        Assert.Equal([-6, -4, -2, 0, 2, 4, 6], axis.Ticks.Select(tick => tick.Value));
        Assert.Equal(0, axis.Place(-6), 1e-12);
        Assert.Equal(.25, axis.Place(-3), 1e-12);
        Assert.Equal(1, axis.Place(6), 1e-12);
    }
}
