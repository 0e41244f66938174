using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Training;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;
using RetinaSharp.Kernels;

namespace RetinaSharp.Detection.Tests.Training;

/// <summary>Memory over many steps.</summary>
[Trait("Category", "Slow")]
[Collection(TorchCollection.Name)]
public class SoakTests(TrainedModel trained) : LeakCheck
{
    private const long Allowance = 2 << 20;

    [Fact]
    public void Train_SixtySteps_TensorsAndMemoryStayBounded()
    {
        using var rectangles = new Rectangles(4);
        var (tensors, memory) = (new List<long>(), new List<long>());
        var reports = new TinyRun.Reports(progress =>
        {
            if (progress is not TrainingEpoch)
                return;
            tensors.Add(TensorCount.Alive);
            memory.Add(GC.GetTotalMemory(forceFullCollection: true));
        });

        var result = TinyRun.Train(TinyRun.NarrowWith(training => training with { Epochs = 30, Batch = 2 }), rectangles.Set, rectangles.At("run"), reports: reports);

        Assert.Equal(60, result.Steps);
        Assert.All(tensors, count => Assert.Equal(tensors[1], count));
        Assert.True(memory[^1] < memory[4] + Allowance, $"{memory[4]} bytes after 5 epochs, {memory[^1]} after 30");
    }

    [Fact]
    public void Detect_HundredImages_TensorsAndMemoryStayBounded()
    {
        using var detector = Detector.Load(trained.Folder, new() { Threads = 2, Precision = Precision.Fp32 });
        var image = Image.Load(trained.Set.Images[0].Path);
        for (var i = 0; i < 5; i++)
            detector.Detect(image);
        var (tensors, memory) = (TensorCount.Alive, GC.GetTotalMemory(forceFullCollection: true));

        for (var i = 0; i < 100; i++)
            detector.Detect(image);

        Assert.Equal(tensors, TensorCount.Alive);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true), 0, memory + Allowance);
    }
}
