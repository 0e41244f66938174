using System.Security.Cryptography;

namespace RetinaSharp.Detection.Weights;

/// <summary>Pretrained weights that are named instead of given as a file. The package RetinaSharp.Weights.ResNet18 puts their file beside the application.</summary>
public static class PretrainedWeights
{
    /// <summary>
    /// Name of the weights of a ResNet with the blocks [2, 2, 2, 3], trained on ImageNet by Microsoft, for <see cref="Configuration.RunSettings.Weights"/>.
    /// </summary>
    public const string ImageNet = "imagenet";

    private const string Package = "RetinaSharp.Weights.ResNet18";
    private const string Sha256 = "e2552f19db2dfdb01b3669537b6a0f1b44da38d18279535492ed5dfc2ef1ff8f";

    /// <summary>Path of the file with the weights that <see cref="ImageNet"/> names, whether it exists or not.</summary>
    public static string ImageNetFile { get; } = Path.Combine(AppContext.BaseDirectory, "weights", "ResNet18.onnx");

    /// <summary>Opens weights by their name or path.</summary>
    /// <param name="weights"><see cref="ImageNet"/>, a run folder or a file.</param>
    /// <param name="description">The model's description if the file is a RetinaSharp model; otherwise null.</param>
    /// <exception cref="WeightsException">The file does not exist, cannot be read, or is corrupt.</exception>
    internal static TorchvisionWeights Open(string weights, out ModelDescription? description) =>
        weights == ImageNet ? OpenImageNet(ImageNetFile, out description) : TorchvisionWeights.Open(ModelFile.Find(weights), out description);

    /// <summary>Opens the weights that <see cref="ImageNet"/> names.</summary>
    /// <param name="path">The file: <see cref="ImageNetFile"/>, or another one in tests.</param>
    /// <param name="description">Null, because the file is no RetinaSharp model.</param>
    /// <exception cref="WeightsException">The file does not exist, cannot be read, or has another checksum.</exception>
    internal static TorchvisionWeights OpenImageNet(string path, out ModelDescription? description)
    {
        Verify(path);
        return TorchvisionWeights.Open(path, out description, NetworkInput.Bgr255);
    }

    private static void Verify(string path)
    {
        if (!File.Exists(path))
            throw new WeightsException(path, $"the file with the weights '{ImageNet}' is missing; add the package {Package} to the application");
        try
        {
            using var file = File.OpenRead(path);
            if (Convert.ToHexStringLower(SHA256.HashData(file)) != Sha256)
                throw new WeightsException(path, $"its SHA-256 is not {Sha256}: the file is corrupt or was replaced; restore the package {Package}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new WeightsException(path, $"cannot be read ({error.Message})", error);
        }
    }
}
