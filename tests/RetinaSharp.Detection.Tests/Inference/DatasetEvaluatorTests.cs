using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Tests.Training;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Tests.Inference;

[Collection(TorchCollection.Name)]
public class DatasetEvaluatorTests(TrainedModel trained) : LeakCheck
{
    [Fact]
    public void Evaluate_ClassesInAnotherOrder_AreFoundByName()
    {
        using var detector = Load();
        var same = DatasetEvaluator.Evaluate(detector, trained.Set, 5);
        var other = DatasetEvaluator.Evaluate(detector, Renamed([new(40, "green"), new(5, "blue"), new(2, "red")], category => 2 - category));

        Assert.True(same.Metrics.AP > .3, $"AP {same.Metrics.AP}");
        Assert.Equal(same.Metrics.AP, other.Metrics.AP, 1e-6);
        Assert.Equal(
            same.Detections.Select(detection => (detection.ImageId, detection.CategoryId == 1 ? 2 : 5)),
            other.Detections.Select(detection => (detection.ImageId, (int)detection.CategoryId)));
        Assert.Equal(12, same.Images);
    }

    [Fact]
    public void Evaluate_ClassThatTheSetLacks_IsLeftOut()
    {
        using var detector = Load();
        var result = DatasetEvaluator.Evaluate(detector, Renamed([new(1, "red"), new(2, "green")], category => category));

        Assert.NotEmpty(result.Detections);
        Assert.All(result.Detections, detection => Assert.Equal(1, detection.CategoryId));
    }

    [Fact]
    public void Evaluate_NoClassInCommon_ThrowsAndNamesThem()
    {
        using var detector = Load();
        var error = Assert.Throws<DatasetException>(() => DatasetEvaluator.Evaluate(detector, Renamed([new(1, "Red"), new(2, "Blue")], category => category)));

        Assert.Equal("renamed", error.File);
        Assert.Contains("red, blue", error.Message);
    }

    [Fact]
    public void Evaluate_NoImages_Throws()
    {
        using var detector = Load();
        var empty = new DetectionDataset { Source = "empty", Categories = trained.Set.Categories, Images = [] };

        Assert.Equal("empty", Assert.Throws<DatasetException>(() => DatasetEvaluator.Evaluate(detector, empty)).File);
    }

    [Fact]
    public void Evaluate_Cancelled_Throws()
    {
        using var detector = Load();

        Assert.ThrowsAny<OperationCanceledException>(() => DatasetEvaluator.Evaluate(detector, trained.Set, cancellationToken: new(canceled: true)));
    }

    private DetectionDataset Renamed(Category[] categories, Func<int, int> place) => new()
    {
        Source = "renamed",
        Categories = categories,
        Images = [.. trained.Set.Images.Select(image => image with
        {
            Annotations = [.. image.Annotations.Select(annotation => annotation with { Category = place(annotation.Category) })],
        })],
    };

    private Detector Load() => Detector.Load(trained.Folder, new() { Threads = 2, Precision = Precision.Fp32 });
}
