using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Torch;
using RetinaSharp.Torch.Modules;

namespace RetinaSharp.Detection.Inference;

/// <summary>
/// Makes the kernels that a network needs for images of one size, before its weights are there. They are compiled for each size of each layer, one after the other
/// in a first image, which for a ResNet-50 takes some tenths of a second.
/// </summary>
internal static class Rehearsal
{
    /// <summary>Computes the shapes of all that a network will compute, with a twin that has no memory; on the way the kernels are made. Two threads share the work.</summary>
    /// <param name="description">The network.</param>
    /// <param name="type">Type in which it will compute.</param>
    /// <param name="size">Its input.</param>
    /// <param name="threads">Threads that it will compute with.</param>
    /// <remarks>Only time depends on it: where it fails, as another LibTorch may lack the shapes of an operator, the network makes its kernels itself.</remarks>
    public static Task Run(ModelDescription description, ScalarType type, PaddedSize size, int threads) => Task.WhenAll(
        Task.Run(() => WithTwin(description, type, threads, twin => twin.Levels(Nothing(type, size.Images, 3, size.Height, size.Width)))),
        Task.Run(() => WithTwin(description, type, threads, twin =>
        {
            var anchors = twin.Settings.Anchors;
            twin.Outputs([.. Enumerable.Range(anchors.MinLevel, anchors.MaxLevel - anchors.MinLevel + 1).Select(level =>
                Nothing(type, size.Images, twin.Settings.PyramidChannels, CeilingOfHalves(size.Height, level), CeilingOfHalves(size.Width, level)))]);
        })));

    private static void WithTwin(ModelDescription description, ScalarType type, int threads, Action<RetinaNet> compute)
    {
        var before = Engine.Threads;
        Engine.Threads = threads;
        try
        {
            using var guard = Autograd.WithoutGradient();
            using var nowhere = new Birthplace(Device.Meta);
            using var scope = new TensorScope();
            using var twin = ModelFile.Network(description);
            twin.To(Device.Meta, type);
            compute(twin);
        }
        finally
        {
            Engine.Threads = before;
        }
    }

    private static Tensor Nothing(ScalarType type, params ReadOnlySpan<long> shape) => Tensor.Zeros(type, Device.Meta, shape).ChannelsLast();

    private static int CeilingOfHalves(int side, int times) => (side + (1 << times) - 1) >> times;
}
