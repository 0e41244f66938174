using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Tests.Reports;

public class DetectionReviewTests
{
    [Fact]
    public void FalsePositives_Detections_AreByDescendingScoreWithTheNearestGroundTruth()
    {
        using var sample = new Sample();
        var section = Review(sample).FalsePositives();
        Assert.StartsWith("Of 3 detections with a score from 0.30 on", Assert.IsType<Paragraph>(section.Blocks[0]).Text);
        Assert.Equal(
            ["ring 0.90; no ground truth there (small.png)", "disc 0.80; nearest ground truth: ring, IoU 0.95 (wide.png)", "disc 0.60; nearest ground truth: disc, IoU 0.90 (wide.png)"], Captions(section));
    }

    [Fact]
    public void FalseNegatives_Boxes_AreByShareOfTheirImage()
    {
        using var sample = new Sample();
        var section = Review(sample).FalseNegatives();
        Assert.StartsWith("Of 3 boxes that no detection", Assert.IsType<Paragraph>(section.Blocks[0]).Text);
        Assert.Equal(
        [
            "ring missed; no detection there (small.png)", "ring missed; nearest detection: disc 0.80, IoU 0.95 (wide.png)",
            "disc missed; nearest detection: disc 0.20, IoU 1.00 (wide.png)",
        ], Captions(section));
    }

    [Fact]
    public void FalseNegatives_LowerThreshold_AreFewer()
    {
        using var sample = new Sample();
        var review = new DetectionReview(ReviewedSet.Create(sample), ReviewedSet.Detections, threshold: .1);
        Assert.Equal(2, Captions(review.FalseNegatives()).Count());
        Assert.Single(Captions(review.FalseNegatives(count: 1)));
    }

    [Fact]
    public void Examples_Images_CountTrueAndFalsePositives()
    {
        using var sample = new Sample();
        var section = Review(sample).Examples();
        Assert.Equal(["wide.png: 2 of 4 detected, 2 false positives", "small.png: 0 of 1 detected, 1 false positive"], Captions(section));
        Assert.Single(Captions(Review(sample).Examples(count: 1)));
    }

    [Fact]
    public void FalsePositives_None_SaysSo()
    {
        using var sample = new Sample();
        var review = new DetectionReview(ReviewedSet.Create(sample), []);
        Assert.Equal("There is no false positive with a score from 0.30 on.", Assert.IsType<Paragraph>(Assert.Single(review.FalsePositives().Blocks)).Text);
        Assert.Equal(5, Captions(review.FalseNegatives()).Count());
    }

    private static DetectionReview Review(Sample sample) => new(ReviewedSet.Create(sample), ReviewedSet.Detections);

    private static IEnumerable<string> Captions(ReportSection section) => section.Blocks.OfType<PictureGrid>().SelectMany(grid => grid.Pictures).Select(picture => picture.Caption);
}
