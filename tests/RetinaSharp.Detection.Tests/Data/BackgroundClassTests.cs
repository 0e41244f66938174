using RetinaSharp.Boxes;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Tests.Training;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Detection.Tests.Data;

[Collection(TorchCollection.Name)]
public sealed class BackgroundClassTests : LeakCheck
{
    [Fact]
    public void AddTo_ASet_ClassesCountFromOne()
    {
        using var pictures = new Pictures();
        pictures.Add(64, 64, new(1, 2, 30, 40), new Box(5, 5, 20, 20));

        var set = BackgroundClass.AddTo(pictures.Set);

        Assert.Equal([new(0, "background"), new(1, "first"), new(2, "second")], set.Categories);
        Assert.Equal([1, 2], Assert.Single(set.Images).Annotations.Select(annotation => annotation.Category));
        Assert.Same(set, BackgroundClass.AddTo(set));
    }

    [Fact]
    public void AddTo_IdsFromZero_StayApart() =>
        Assert.Equal(-1, BackgroundClass.AddTo(new() { Source = "set", Categories = [new(0, "first")], Images = [] }).Categories[0].Id);

    [Fact]
    public void Train_Torchvision_HasOneOutputMoreAndDetectsAllTheSame()
    {
        using var rectangles = new Rectangles(8);
        var settings = Compatibility.Apply(TinyRun.With(training => training with { Epochs = 1 }), "torchvision");

        var result = TinyRun.Train(settings, rectangles.Set, rectangles.At("run"), rectangles.Set);

        var path = rectangles.At($"run/{ModelFile.Last}");
        Assert.Equal(["background", .. rectangles.Set.Categories.Select(category => category.Name)], ModelFile.Describe(path).Categories.Select(category => category.Name));
        Assert.Equal(9 * 3, TinyRun.Weights(path)["head.classification_head.cls_logits.bias"].Length);
        Assert.Equal(("torchvision", 1), (Compatibility.Describe(ModelFile.Describe(path).Settings), result.Epochs));
        Assert.True(double.IsFinite(result.Best!.AP));
    }
}
