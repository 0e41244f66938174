#pragma warning disable IDE1006 // Fields of modules have the names of the state dictionary.
using RetinaSharp.Detection.Modeling.Modules;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Training;
using RetinaSharp.Detection.Weights;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Training;

/// <summary>Training of networks with modules that have buffers or draw random numbers.</summary>
[Trait("Category", "Slow")]
[Collection(TorchCollection.Name)]
public sealed class ModuleTrainingTests : FinalizedTensors
{
    private readonly Rectangles _rectangles = new(8);

    public override void Dispose()
    {
        _rectangles.Dispose();
        base.Dispose();
    }

    [Fact]
    public void Train_ModuleWithBuffers_ResumesExactlyInTwoShards() => AssertResumesExactly(shards: 2, () => new NormalizingBackbone());

    [Fact]
    public void Train_ModuleWithDropout_ResumesExactlyInOneShard() => AssertResumesExactly(shards: 1, () => new DroppingBackbone());

    private void AssertResumesExactly(int shards, Func<nn.Module<Tensor, Tensor[]>> create)
    {
        var settings = TinyRun.With(training => training with { Freeze = 0, Shards = shards });
        var components = new TrainingComponents { Network = new() { Backbone = new ModuleBackbone("own", [8, 16, 24], create) } };
        var whole = TinyRun.Options(_rectangles.At("whole")) with { Components = components };
        new Trainer(settings, _rectangles.Set, null, whole).Train();

        var parts = TinyRun.Options(_rectangles.At("parts")) with { Components = components, Resume = true };
        new Trainer(settings, _rectangles.Set, null, parts with { Components = components with { Callbacks = [new StopAfterOneStep()] } }).Train();
        using (random.manual_seed(99))
            new Trainer(settings, _rectangles.Set, null, parts).Train();

        var (expected, resumed) = (TinyRun.Weights(Path.Combine(whole.Folder, ModelFile.Last)), TinyRun.Weights(Path.Combine(parts.Folder, ModelFile.Last)));
        Assert.All(expected, entry => Assert.Equal(entry.Value, resumed[entry.Key]));
    }

    private sealed class StopAfterOneStep : ITrainingCallback
    {
        public void OnStepEnd(StepResult step, TrainingControl control) => control.Stop("enough");
    }

    /// <summary>Normalizes images by a buffer, which it changes in each pass.</summary>
    private sealed class NormalizingBackbone : nn.Module<Tensor, Tensor[]>
    {
        private readonly nn.Module<Tensor, Tensor[]> body;
        private readonly Tensor scale;

        public NormalizingBackbone()
            : base(nameof(NormalizingBackbone))
        {
            body = new ModulePartTests.StridedBackbone();
            scale = full([1, 3, 1, 1], .5f);
            RegisterComponents();
        }

        public override Tensor[] forward(Tensor images)
        {
            using (no_grad())
                get_buffer("scale")!.add_(.125f);
            return body.call(images / get_buffer("scale")!.clone());
        }
    }

    private sealed class DroppingBackbone : nn.Module<Tensor, Tensor[]>
    {
        private readonly nn.Module<Tensor, Tensor[]> body;

        public DroppingBackbone()
            : base(nameof(DroppingBackbone))
        {
            body = new ModulePartTests.StridedBackbone();
            RegisterComponents();
        }

        public override Tensor[] forward(Tensor images) => Array.ConvertAll(body.call(images), map => nn.functional.dropout(map, .2, training));
    }
}
