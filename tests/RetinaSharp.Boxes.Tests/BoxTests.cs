namespace RetinaSharp.Boxes.Tests;

public sealed class BoxTests
{
    [Fact]
    public void Clip_BoxBeyondImage_EndsAtImageBorder() =>
        Assert.Equal(new Box(0, 0, 40, 30), new Box(-5, -1, 41, 30.5f).Clip(40, 30));

    [Fact]
    public void Scale_TwoFactors_MultipliesEachAxis() =>
        Assert.Equal(new Box(2, 6, 6, 12), new Box(1, 2, 3, 4).Scale(2, 3));

    [Fact]
    public void Area_Box_IsWidthTimesHeight()
    {
        Assert.Equal(12, new Box(1, 2, 4, 6).Area);
        Assert.Equal(12.0, new BoxXywh(1, 2, 3, 4).Area);
    }

    [Fact]
    public void FromCorners_BoxOfFloats_RoundTrips()
    {
        var box = new Box(.1f, .2f, 10.3f, 20.7f);

        Assert.Equal(box, BoxXywh.FromCorners(box).ToCorners());
    }
}
