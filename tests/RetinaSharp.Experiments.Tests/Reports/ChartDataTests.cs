using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Tests.Reports;

public class ChartDataTests
{
    [Fact]
    public void ChartData_SeriesOfDifferentX_ShareOneAxis()
    {
        var data = new ChartData(new("t", "x", "y", [new("a", [(3, 30), (1, 10), (1, 11)]), new("b", [(2, 20), (4, double.NaN)])]));
        Assert.Equal([1, 2, 3], data.X);
        Assert.Equal([11, null, 30], data.Y[0]);
        Assert.Equal([null, 20, null], data.Y[1]);
    }

    [Fact]
    public void ChartData_LogarithmicAxes_LeaveOutNonPositiveValues()
    {
        var data = new ChartData(new("t", "x", "y", [new("a", [(0, 1), (1, 0), (2, 5)])], IsXLogarithmic: true, IsYLogarithmic: true));
        Assert.Equal([2], data.X);
        Assert.Equal([5], data.Y[0]);
    }

    [Fact]
    public void ChartData_Scatter_KeepsEveryPoint()
    {
        var data = new ChartData(new("t", "x", "y", [new("a", [(3, 30), (1, 10), (1, 11)]), new("b", [(1, 20), (2, double.NaN)])]) { IsScatter = true });
        Assert.Equal([1, 1, 1, 3], data.X);
        Assert.Equal([10, 11, null, 30], data.Y[0]);
        Assert.Equal([null, null, 20, null], data.Y[1]);
    }
}
