using RetinaSharp.Experiments.Scenes;

namespace RetinaSharp.Experiments.Tests.Scenes;

public sealed class OutlineTests
{
    public static TheoryData<string> Shapes => [.. Enum.GetNames<Shape>()];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Distance_AnyShape_IsWithinItsReach(string name)
    {
        var shape = Enum.Parse<Shape>(name);
        const int steps = 400;
        var within = 0;
        for (var i = 0; i <= steps; i++)
        {
            for (var j = 0; j <= steps; j++)
            {
                var (x, y) = ((3.0 * i / steps) - 1.5, (3.0 * j / steps) - 1.5);
                var distance = Outline.Distance(shape, x, y);
                Assert.True(double.IsFinite(distance));
                if (distance > 0)
                    continue;
                within++;
                Assert.True(Math.Sqrt((x * x) + (y * y)) <= Outline.Reach, $"{name} reaches to {x}, {y}");
            }
        }

        // Neither empty nor all of the square of 3 x 3.
        Assert.InRange(9.0 * within / ((steps + 1) * (steps + 1)), .8, 3.3);
    }

    [Theory]
    [InlineData(nameof(Shape.Disc), Math.PI)]
    [InlineData(nameof(Shape.Ring), Math.PI * (1 - .25))]
    [InlineData(nameof(Shape.Square), 1.64 * 1.64)]
    [InlineData(nameof(Shape.Triangle), .58 * .58 * 3 * 1.7320508)]
    [InlineData(nameof(Shape.Cross), (2 * 2 * .6) - (.6 * .6))]
    public void Distance_AClass_EnclosesItsArea(string name, double area)
    {
        const int steps = 1000;
        var within = 0;
        for (var i = 0; i < steps; i++)
            for (var j = 0; j < steps; j++)
                if (Outline.Distance(Enum.Parse<Shape>(name), (2.4 * (i + .5) / steps) - 1.2, (2.4 * (j + .5) / steps) - 1.2) <= 0)
                    within++;
        Assert.Equal(area, 2.4 * 2.4 * within / (steps * steps), .01);
    }
}
