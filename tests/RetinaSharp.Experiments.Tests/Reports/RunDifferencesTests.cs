using RetinaSharp.Datasets;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Tests.Reports;

public class RunDifferencesTests
{
    [Fact]
    public void Images_RunsDiffer_AreThoseByFallingDifferenceWhicheverRunIsBetter()
    {
        using var sample = new Sample();
        var groundTruth = ReviewedSet.Create(sample);
        // Against no detections: two objects in wide.png, one false positive in small.png.
        Assert.Equal(["wide.png", "small.png"], new RunDifferences(groundTruth, [("one", ReviewedSet.Detections), ("none", [])]).Images.Select(image => image.FileName));
        Assert.Equal(["wide.png", "small.png"], new RunDifferences(groundTruth, [("none", []), ("one", ReviewedSet.Detections)]).Images.Select(image => image.FileName));
    }

    [Fact]
    public void Images_EqualInOne_AreWithoutIt()
    {
        using var sample = new Sample();
        IReadOnlyList<DetectionResult> without = [.. ReviewedSet.Detections.Where(one => one.ImageId != 2)];
        var differences = new RunDifferences(ReviewedSet.Create(sample), [("one", ReviewedSet.Detections), ("other", without)]);
        Assert.Equal(["small.png"], differences.Images.Select(image => image.FileName));
    }

    [Fact]
    public void Drawings_Runs_ComeInTurnWithTheirCounts()
    {
        using var sample = new Sample();
        var drawings = new RunDifferences(ReviewedSet.Create(sample), [("one", ReviewedSet.Detections), ("none", [])]).Drawings;
        Assert.Equal([("wide.png", 0), ("wide.png", 1), ("small.png", 0), ("small.png", 1)], drawings.Select(one => (one.Source.FileName, one.Run)));
        // From a score of .85 on, that of the best F1.
        Assert.Equal(
            ["one: 2 of 4 detected, 0 false positives", "none: 0 of 4 detected, 0 false positives", "one: 0 of 1 detected, 1 false positive", "none: 0 of 1 detected, 0 false positives"],
            drawings.Select(one => one.Caption));
        Assert.Equal(2, new RunDifferences(ReviewedSet.Create(sample), [("one", ReviewedSet.Detections), ("none", [])], count: 1).Drawings.Count);
    }

    [Fact]
    public void Section_NoDifference_SaysSo()
    {
        using var sample = new Sample();
        var section = new RunDifferences(ReviewedSet.Create(sample), [("one", ReviewedSet.Detections), ("same", ReviewedSet.Detections)]).Section();
        Assert.StartsWith("There are none", Assert.IsType<Paragraph>(Assert.Single(section.Blocks)).Text);
    }
}
