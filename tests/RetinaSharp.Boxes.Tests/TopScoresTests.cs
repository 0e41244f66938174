namespace RetinaSharp.Boxes.Tests;

public sealed class TopScoresTests
{
    [Fact]
    public void Select_TiesAndNaN_OrdersByScoreThenIndex()
    {
        float[] scores = [.5f, float.NaN, -0f, .9f, 0, .5f];

        Assert.Equal([3, 0, 5, 2, 4], TopScores.Select(scores));
        Assert.Equal([3, 0], TopScores.Select(scores, 2));
        Assert.Empty(TopScores.Select([], 3));
        Assert.Throws<ArgumentOutOfRangeException>("maxCount", () => TopScores.Select(scores, -1));
    }
}
