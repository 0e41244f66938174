using RetinaSharp.Detection.Modeling.Architecture;

namespace RetinaSharp.Detection.Modeling.Modules;

/// <summary>A network part that wraps a TorchSharp module. Unlike built-in parts, the replicas of the network have buffers of their own, and may draw random numbers.</summary>
internal interface IModulePart : INetworkPart;
