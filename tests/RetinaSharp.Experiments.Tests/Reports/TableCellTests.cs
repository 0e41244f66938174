using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Tests.Reports;

public class TableCellTests
{
    [Fact]
    public void Compare_Values_MarksTheHighest() =>
        Assert.Equal([new("0.100"), new("0.300", true), new("0.200")], TableCell.Compare([.1, .3, .2]));

    [Fact]
    public void Compare_EqualAsShown_MarksBoth() =>
        Assert.Equal([new("0.300", true), new("0.300", true), new("0.200")], TableCell.Compare([.3001, .2999, .2]));

    [Fact]
    public void Compare_AllEqual_MarksNone() => Assert.Equal([new("0.300"), new("0.300")], TableCell.Compare([.3, .3]));

    [Fact]
    public void Compare_OneValue_MarksNone() => Assert.Equal([new("–"), new("0.300"), new("–")], TableCell.Compare([-1, .3, null]));
}
