namespace RetinaSharp.Torch;

/// <summary>LibTorch refused something: names the operator, the shapes of its tensors and LibTorch's reason.</summary>
/// <param name="message">The whole text.</param>
public sealed class TorchException(string message) : Exception(message);
