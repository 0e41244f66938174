using RetinaSharp.Detection.Modeling.Architecture;

namespace RetinaSharp.Detection.Modeling.Modules;

/// <summary>A network part that wraps a TorchSharp module. Unlike those of built-in parts, its replicas have buffers of their own, and the module may draw random numbers.</summary>
internal interface IModulePart : INetworkPart;
