using RetinaSharp.Detection.Data;
using RetinaSharp.Torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>From the bytes of images to the network's input, on the network's device.</summary>
internal static class Preprocessing
{
    // ImageNet's mean and deviation of red, green and blue, in [0, 1], as every trained backbone expects them.
    private static readonly float[] Mean = [.485f, .456f, .406f];
    private static readonly float[] Deviation = [.229f, .224f, .225f];

    /// <summary>What a byte of red, green and blue is multiplied with.</summary>
    public static float[] Scale { get; } = [.. Deviation.Select(deviation => 1 / (255 * deviation))];

    /// <summary>What is added to it then.</summary>
    public static float[] Shift { get; } = [.. Mean.Zip(Deviation, (mean, deviation) => -mean / deviation)];

    /// <summary>The input of a network from a batch of training.</summary>
    public static Tensor Input(TrainingBatch batch, RetinaNet network) => Normalize(
        batch.Pixels, batch.Height, batch.Width, [.. batch.Images.Select(image => (image.Width, image.Height))], network.Device, network.ComputeType);

    /// <summary>The input of a network from a batch of evaluation or detection.</summary>
    public static Tensor Input(ImageBatch batch, RetinaNet network) => Normalize(
        batch.Pixels, batch.Height, batch.Width, [.. batch.Images.Select(image => (image.Width, image.Height))], network.Device, network.ComputeType);

    /// <summary>Normalises images; what is beyond an image's own size becomes 0, the mean colour.</summary>
    /// <param name="pixels">[N, height, width, 3], RGB.</param>
    /// <param name="height">Padded height.</param>
    /// <param name="width">Padded width.</param>
    /// <param name="sizes">Each image's own size.</param>
    /// <param name="device">Where the network is.</param>
    /// <param name="type">Type in which it computes.</param>
    /// <returns>[N, 3, height, width], channels-last.</returns>
    public static Tensor Normalize(ReadOnlySpan<byte> pixels, int height, int width, IReadOnlyList<(int Width, int Height)> sizes, Device device, ScalarType type)
    {
        using var scope = new TensorScope();
        var bytes = Tensor.From(pixels, device, sizes.Count, height, width, 3);
        var scale = Tensor.From<float>(Scale, device, 3);
        var shift = Tensor.From<float>(Shift, device, 3);
        var images = ((bytes.To(ScalarType.Float32) * scale) + shift).To(type);
        for (var i = 0; i < sizes.Count; i++)
        {
            var image = images.Slice(0, i, i + 1);
            if (sizes[i].Height < height)
                image.Slice(1, sizes[i].Height, height).Zero_();
            if (sizes[i].Width < width)
                image.Slice(2, sizes[i].Width, width).Zero_();
        }

        return scope.Keep(images.Permute(0, 3, 1, 2));
    }
}
