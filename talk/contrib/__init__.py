"""Apps that a project may install beside `talk`. `talk` itself imports none of them."""
