using RetinaSharp.Datasets;
using RetinaSharp.Inference.Postprocessing;

namespace RetinaSharp.Inference.Tests.Postprocessing;

public class DetectionFusionTests
{
    [Fact]
    public void Fuse_OneObjectInThreeOfFourViews_IsTheWeightedMean()
    {
        // Numbers of the paper's formulas: coordinates weighted by score, the mean score times views with it over all views.
        var fused = DetectionFusion.Fuse([Make(0, .8f, 10, 0, 30, 20), Make(0, .4f, 13, 0, 33, 20), Make(0, .6f, 10, 2, 30, 22)], _ => 4, .05f, 100);

        var one = Assert.Single(fused);
        Assert.Equal((.8 + .4 + .6) / 3 * 3 / 4, one.Score, 1e-6);
        Assert.Equal((.8 * 10 + .4 * 13 + .6 * 10) / 1.8, one.Box.X1, 1e-5);
        Assert.Equal((.8 * 20 + .4 * 20 + .6 * 22) / 1.8, one.Box.Y2, 1e-5);
    }

    [Fact]
    public void Fuse_OtherClassOrPlace_StaysByItself()
    {
        var fused = DetectionFusion.Fuse([Make(0, .8f, 10, 0, 30, 20), Make(1, .6f, 10, 0, 30, 20), Make(0, .4f, 50, 0, 70, 20), Make(2, .09f, 0, 0, 9, 9)], _ => 2, .05f, 100);

        Assert.Equal([(0, .4f), (1, .3f), (0, .2f)], fused.Select(one => (one.Class, one.Score)));
        Assert.Equal(2, DetectionFusion.Fuse(fused, _ => 1, 0, limit: 2).Count);
    }

    [Fact]
    public void Fuse_MoreBoxesThanViews_ScoreIsTheirMean()
    {
        var one = Assert.Single(DetectionFusion.Fuse([Make(0, .8f, 0, 0, 20, 20), Make(0, .6f, 0, 0, 20, 20), Make(0, .4f, 0, 0, 20, 20)], _ => 2, .05f, 100));

        Assert.Equal(.6, one.Score, 1e-6);
    }

    private static DetectedObject Make(int category, float score, float x1, float y1, float x2, float y2) =>
        new(category, new Category(category + 1, $"{category}"), score, new(x1, y1, x2, y2));
}
