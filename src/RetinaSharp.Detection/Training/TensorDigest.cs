using System.Security.Cryptography;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Training;

/// <summary>The SHA-256 digest of the values of fp32 and bf16 tensors.</summary>
internal static class TensorDigest
{
    /// <summary>Computes the digest, as 64 hexadecimal digits.</summary>
    public static string Compute(IEnumerable<Tensor> tensors)
    {
        using var guard = no_grad();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var tensor in tensors)
        {
            using var scope = NewDisposeScope();
            var values = tensor.cpu().contiguous();
            hash.AppendData(TensorBytes.Of(values));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
