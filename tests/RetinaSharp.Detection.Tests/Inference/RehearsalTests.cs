using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Settings;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Tests.Training;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Imaging;
using RetinaSharp.Torch;

namespace RetinaSharp.Detection.Tests.Inference;

[Collection(TorchCollection.Name)]
public class RehearsalTests(TrainedModel trained)
{
    [Theory]
    [InlineData(18, NormKind.Frozen, false, P6Source.P5, ScalarType.Float32)]
    [InlineData(18, NormKind.Batch, true, P6Source.C5, ScalarType.BFloat16)]
    [InlineData(50, NormKind.Group, true, P6Source.C5, ScalarType.Float32)]
    [InlineData(50, NormKind.Frozen, false, P6Source.C5, ScalarType.BFloat16)]
    public async Task Run_AnyNetwork_LeavesNoKernelToMake(int depth, NormKind norm, bool headNorm, P6Source p6, ScalarType type)
    {
        var description = new ModelDescription
        {
            Settings = new() { Model = new() { Depth = depth, Width = .125, PyramidChannels = 32, Norm = norm, HeadNorm = headNorm, P6From = p6 } },
            Categories = [new(1, "thing")],
        };
        // Sides that are no multiples of 128, so that the coarse levels are rounded up.
        var size = new PaddedSize(2, 160, 224 + (int)type);
        size = size with { Width = (size.Width + 31) / 32 * 32 };
        var before = Engine.KernelsMade;

        await Rehearsal.Run(description, type, size, Engine.Threads);

        var rehearsed = Engine.KernelsMade;
        Assert.True(rehearsed > before);
        using var scope = new TensorScope();
        using var guard = Autograd.WithoutGradient();
        using var network = ModelFile.Network(description);
        network.To(Device.Cpu, type);
        network.Forward(Tensor.Zeros(type, Device.Cpu, size.Images, 3, size.Height, size.Width).ChannelsLast());
        Assert.Equal(rehearsed, Engine.KernelsMade);
    }

    [Fact]
    public void Load_FirstImageKnown_MakesItsKernelsAndChangesNothing()
    {
        var image = Image.Load(trained.Set.Images[0].Path);
        using var plain = Detector.Load(trained.Folder, new() { Precision = Precision.Fp32, Input = new(97, 197) });
        var expected = plain.Detect(image);
        using var ready = Detector.Load(trained.Folder, new() { Precision = Precision.Fp32, Input = new(97, 197), FirstImage = (image.Width, image.Height) });
        Assert.Equal(expected, ready.Detect(image));

        var before = Engine.KernelsMade;
        using var other = Detector.Load(trained.Folder, new() { Precision = Precision.Fp32, Input = new(161, 321), FirstImage = (image.Width, image.Height) });
        other.Detect(image);
        var made = Engine.KernelsMade;
        Assert.True(made > before);
        using var again = Detector.Load(trained.Folder, new() { Precision = Precision.Fp32, Input = new(161, 321) });
        again.Detect(image);
        Assert.Equal(made, Engine.KernelsMade);
    }
}
